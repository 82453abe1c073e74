"""English."""

import re

from talk.words.languages import LATIN, Language
from talk.words.numerals import Numerals, labelled, not_of

_STRINGS = {
    # Where numbers come from: captions, tooltips, marks.
    "original.short": "original talk",
    "original.label": "talk of {year}",
    "original.table": "Table from the {year}\xa0talk",
    "original.stands_in": "Not measured anew yet; table from the {year}\xa0talk",
    "original.tables": "Tables from the {year}\xa0talk.",
    "original.quotation": "Quoted from the {year} talk, slide {slide}",
    "provenance.code": "code\xa0{commit}",
    "provenance.code_edited": "code\xa0{commit} with local changes",
    "provenance.quick": "quick run",
    "provenance.data": "data",
    "provenance.stale": "outdated: the code has changed since",
    "provenance.changed": "The measuring code has changed: {files}",
    "provenance.and_more": "{files} and {count} more",
    "provenance.kernel": "{kernel}\xa0kernel",
    "provenance.kernel_untold": "does not name its kernel",
    "provenance.old": "measured with former versions",
    "provenance.doubtful": "doubtful measurement",
    "provenance.broken": "broke off",
    "doubt.above_ceiling": "above its own ceiling",
    "doubt.more_than_cores": "faster than the cores allow",
    "doubt.parts_unlike_whole": "the parts do not add up to the whole",
    "doubt.wide_spread": "so spread that the median means nothing",
    "value.stale": "outdated: the measuring code has changed since",
    "value.stale_mark": "outdated",
    "value.unmeasured": "not measured",
    "value.unmeasured_title": "{name}: not measured yet",
    "value.sample": "1,234.5 ms",
    "banner.unmeasured": (
        "Some numbers on this page have not been measured yet and are left blank. "
        "Any machine can measure them: {command}."
    ),
    "banner.left_out": (
        "These machines have not measured everything that this page tells of: sentences that lack their numbers are "
        "left out. Any machine can measure the rest: {command}."
    ),
    "figure.unmeasured": "No machine has measured this yet.",
    "claim.unmeasured": "Not checked yet: nobody has measured these numbers",
    "claim.holds": "{machine}: {left} {relation} {right}",
    "claim.refuted": "{machine}: it is not true that {left} {relation} {right}",
    "claim.refuted_mark": "(not confirmed on this machine)",
    "uncontrolled": "Not controlled: {notes}.",
    "uncontrolled.clock_not_pinned": "the CPU frequency was not pinned",
    "uncontrolled.other_programs_running": "other programs on the machine were not stopped",
    "uncontrolled.virtual_machine": "a virtual machine, whose neighbours on the hardware cannot be seen",
    "uncontrolled.single_pass": "a single pass, so the spread is unknown",
    # Machines: choices of one, their pages, their comparison.
    "machines.others": "Other machines: {count}",
    "machines.none": "No machine has been measured yet.",
    "machines.title": "Machines",
    "machines.machine": "Machine",
    "machines.measured": "Measured",
    "machines.when": "When",
    "machines.record": "Record",
    "machines.tables": "tables",
    "machines.quick": "{experiment}: quick run.",
    "machines.set_aside": "Environment variables that would have chosen for libraries were set aside: {names}",
    "machines.experiments": "Machines and experiments",
    "machines.headlines": "Headline numbers of all machines",
    "machines.number": "Number",
    "machines.first": "First machine",
    "machines.second": "Second",
    "chooser.shown": "The numbers on this page were measured by {machine}.",
    "chooser.shown_besides": "The numbers on this page were measured by {machine}; those that it has not, by {others}.",
    "chooser.label": "Machine whose numbers the page shows",
    "machine_page.about": (
        "{machine}, {day}. These are the tables and pictures of {chapter} that depend on the machine, "
        "as measured on this one."
    ),
    "machine_page.compared": "{comparison} compares it with all the others.",
    "machine_page.chapter": "the chapter",
    "machine_page.comparison": "“How it was measured”",
    "history.none": "Everything has been measured only once so far, so there is no history yet.",
    "history.course": "Trend",
    "history.change": "Change",
    "history.moved": "Changed by more than the spread",
    "history.worse": "{lost} worse than usual for this machine: {usual} is the median of {count} former measurements",
    "feed.title": "{site}: measurements",
    "feed.changed": "{number}: {was} before, {now} now",
    # Predictions.
    "prediction.title": "Promised and measured",
    "prediction.step": "step",
    "prediction.promised": "promised",
    "prediction.measured": "measured",
    "prediction.ratio": "ratio",
    "prediction.binds": "held up by",
    "prediction.lacks": "not promised: not measured here: {what}",
    "prediction.suspected": "The sign ≠: they differ by more than {near}. Suspected:",
    "prediction.none": "Nothing to promise: no machine has measured its ceilings and prices yet.",
    "prediction.middle": "median deviation, {device}",
    "prediction.some_held": "{held} of {steps}",
    "prediction.cell": "promised {promised}, measured {measured}",
    "prediction.picture": "Promised and measured time",
    "prediction.picture_told": (
        "Promised time along, measured time up, both axes logarithmic. Predictions: {count}, "
        "of which within {near} of what was promised: {held}"
    ),
    "prediction.how.promised": "from counts of operations, bytes and calls, by the machine’s own ceilings and prices",
    "prediction.how.ratio": "measured / promised",
    "prediction.how.deviation": "|measured / promised − 1|",
    "prediction.how.share": "the share of the promised time that this regime holds up",
    "prediction.how.middle": "median of the deviations of all predicted steps",
    "prediction.how.steps": "steps that have a prediction",
    "prediction.how.held": "steps within the tolerance of what was promised",
    "resource.arithmetic": "arithmetic",
    "resource.issue": "arithmetic: issue of instructions",
    "resource.blocks": "arithmetic: too few blocks for the GPU",
    "resource.kernels": "arithmetic: the GPU at work",
    "resource.l1": "memory: L1",
    "resource.l2": "memory: L2",
    "resource.l3": "memory: L3",
    "resource.memory": "memory",
    "resource.lines": "memory: shared and L1",
    "resource.latency": "memory: waiting",
    "resource.overhead": "overhead",
    # Labs.
    "labs.title": "Notebooks",
    "labs.run_time": "from starting the kernel to the end of the last cell",
    "labs.stale": "the code has changed and has not been run since",
    "labs.executed": "Run by the build: {source}",
    "labs.never": "not run on any machine yet",
    "labs.take": "{download} or, in the project folder, run {command}",
    "labs.download": "Download the notebook",
    # Pages.
    "slide.in_article": "in the article",
    "slide.in_deck": "in the slides",
    "page.lost": "There is no such page. Check the address, search the site, or start from {home}.",
    "page.home": "the home page",
    "page.search": "Search the site",
    "page.permalink": "Link to this section",
    "palette.system": "System theme: switch to light",
    "palette.light": "Light theme: switch to dark",
    "palette.dark": "Dark theme: switch to system",
    # The deck.
    "deck.close": "Close",
    "deck.overview": "All slides",
    "deck.backups": "Backup, for questions",
    "deck.shortcuts": "Keyboard shortcuts",
    "deck.shortcuts.space": "Space",
    "deck.shortcuts.next": "next",
    "deck.shortcuts.previous": "back",
    "deck.shortcuts.first": "first slide",
    "deck.shortcuts.last": "last slide",
    "deck.shortcuts.overview": "all slides at once; {key} closes them",
    "deck.shortcuts.backup": "backup slides of this one, and back",
    "deck.shortcuts.jump": "go to a slide by its number",
    "deck.shortcuts.speaker": "speaker window: notes, clock, next slide",
    "deck.shortcuts.timer": "rehearsal timer: start, stop",
    "deck.shortcuts.report": "rehearsal report",
    "deck.shortcuts.measure": "measure here and now what the slide shows; once more puts it away",
    "deck.shortcuts.fullscreen": "full screen",
    "deck.shortcuts.blackout": "black out the screen",
    "deck.machines": "Whose numbers the slides show",
    "deck.shortcuts.machine": "whose numbers the slides show: choose a machine",
    "deck.shortcuts.pointer": "a pointer for the hall: it follows the mouse and fades",
    "deck.shortcuts.freeze": "freeze the picture in the hall",
    "take_away": "To take away:",
    "take_away.deck": "the slides as a PDF",
    "take_away.handout": "slides with their notes",
    "take_away.zip": "the slides in a folder that needs no network",
    "deck.shortcuts.help": "this help",
    "deck.shortcuts.auto": "slides turn by themselves, each after its time, round and round: for a stand",
    "deck.shortcuts.slot": "a shorter slot: what it has no room for becomes a backup",
    "deck.no_window": "No window",
    "deck.no_window.mend": (
        "The browser did not let the speaker window open. Allow pop-ups for this site and press {key} once more."
    ),
    "report.title": "Rehearsal",
    "report.number": "No.",
    "report.slide": "Slide",
    "report.planned": "Planned",
    "report.spent": "Actual",
    "report.difference": "Difference",
    "report.save": "Download CSV",
    "report.reset": "Reset",
    # The speaker's window.
    "speaker.title": "Speaker window",
    "speaker.waiting": "This is the speaker window: open it from the slides by pressing {key}.",
    "speaker.times": "Time",
    "speaker.clock": "Now",
    "speaker.elapsed": "Elapsed",
    "speaker.left": "Left",
    "speaker.on_slide": "Slide",
    "speaker.start": "Start",
    "speaker.reset": "Reset",
    "speaker.report": "Report",
    "speaker.now": "Slide on screen",
    "speaker.dark": "The screen is blacked out: {key} brings it back",
    "speaker.lost": (
        "The slides are closed, and the timer stands. Open them anew and press {key} there: this window may be closed."
    ),
    "speaker.frozen": "The hall sees another slide: {key} shows it this one",
    "speaker.go": "Go",
    "speaker.notes": "Notes",
    "speaker.slides": "Slides",
    "speaker.previous": "Back",
    "speaker.next": "Next",
    "speaker.size": "Text:",
    "speaker.width": "Width of the notes",
    "speaker.smaller": "Smaller",
    "speaker.larger": "Larger",
    # The phone that turns slides, and what is measured in front of the hall.
    "phone.title": "Clicker",
    "now.here": "this machine",
    "now.no_gpu": "there is no GPU with CUDA here",
    "now.lacks": "not installed here: {packages}",
    "now.unknown": "this cannot be measured here",
    "now.silent": "the measurement told nothing",
    "now.unrecorded": "no record has {name}",
    # What scripts say: `js.` and the kind of page.
    "js.page.machine_named": "“{machine}”",
    "js.page.machine_foreign": "{machine} has not measured this: {title}",
    "js.page.machine_partly": "What this machine has not measured is still that of {homes}, underlined with dashes.",
    "js.page.machine_nothing": "This machine has measured none of this: the numbers are still those of {homes}.",
    "js.page.machine_whole": "Numbers, figures and conclusions are its own.",
    "js.page.machine_quick": "Its run was a quick one: less work, rougher numbers.",
    "js.page.machine_corner": "Whose numbers are shown",
    "js.page.machine_lost": "Its numbers did not come: from disk no browser reads them; on a site, try again.",
    "js.page.machine_now": "Numbers: {machine}",
    "js.page.machine_back": "Back to the former",
    "js.page.refuted": "(not confirmed on this machine)",
    "js.article.search": "Search",
    "js.article.code": "Code {number}",
    "js.article.machine": "Machine",
    "js.article.number": "Number",
    "js.article.ratio": "second / first",
    "js.article.better": "better",
    "js.article.worse": "worse",
    "js.article.nothing": "These two have no numbers in common: they measured different things.",
    "js.deck.left": "previous slide",
    "js.deck.right": "next slide",
    "js.deck.up": "slide above",
    "js.deck.down": "slide below",
    "js.deck.resume": "Resume",
    "js.deck.jump": "Slide number",
    "js.deck.jump_label": "Number of the slide to go to",
    "js.deck.backups": "Backup slides: {titles}",
    "js.deck.back": "back to the talk",
    "js.deck.step": "step {step} of {steps}",
    "js.deck.total": "Total",
    "js.deck.csv": "No.;Slide;Planned (s);Actual (s);Difference (s)",
    "js.deck.csv_name": "rehearsal",
    "js.deck.recorded": "recorded",
    "js.deck.now": "now",
    "js.deck.measuring": "Measuring…",
    "js.deck.late": "no answer in ten seconds; press R once more",
    "js.deck.unserved": "the slides are open without their server (make serve)",
    "js.deck.failed": "It could not be measured: {why}",
    "js.speaker.title": "Speaker window",
    "js.speaker.next": "Next: {title}",
    "js.speaker.last": "This is the last slide",
    "js.speaker.place": "{number} of {count}",
    "js.speaker.place_backup": "{number}, backup",
    "js.speaker.backups": "Backup: {backups}",
    "js.speaker.back": "To the talk",
    "js.speaker.place_step": "{number} of {count}, step {step} of {steps}",
    "js.speaker.stopped": "timer stopped",
    "js.speaker.even": "on time",
    "js.speaker.behind": "{time} behind",
    "js.speaker.ahead": "{time} ahead",
    "js.speaker.pause": "Pause",
    "js.speaker.resume": "Resume",
    "js.speaker.start": "Start",
    "js.phone.place": "{number} of {count}",
    "js.phone.place_backup": "{number}, a backup",
    "js.phone.place_step": "{number} of {count}, step {step} of {steps}",
    "js.phone.following": "Next: {title}",
    "js.phone.last": "This is the last slide",
    "js.phone.left": "{time} left",
    "js.phone.over": "{time} over",
    "js.phone.dark": "The screen is dark: “Next” wakes it",
    "js.phone.frozen": "The hall sees another slide",
    "js.phone.no_deck": "The deck is not open: open it on the laptop",
    "js.phone.gone": "No connection to the laptop, looking for it…",
    "js.phone.wrong": "The code is wrong or old: scan the one in the speaker’s window",
    "js.phone.old": "The laptop has forgotten this phone: scan its code again",
    "js.phone.taken": (
        "Another phone has taken this code: press “Another phone” in the speaker’s window, scan the new one"
    ),
    "js.phone.replaced": "Another phone turns the slides now",
    "js.phone.often": "Too many wrong tries: wait a minute and open this again",
    "js.served.phone": "Phone",
    "js.served.title": "The phone as a clicker",
    "js.served.scan": (
        "Point the phone’s camera here. It has to be in the laptop’s network: its own hotspot is the surest."
    ),
    "js.served.once": "The code works once, for one phone. Do not show this window to the hall.",
    "js.served.here": "The phone is connected",
    "js.served.gone": "The phone is silent: asleep, or out of the network. It comes back by itself, without a code.",
    "js.served.another": "Another phone",
    "js.served.no_server": "the server does not answer",
    "js.served.close": "Close",
}

_UNITS = "|".join(
    [
        r"[mnµμ]s(?:ec)?|us|s|h|hrs?|mins?|secs?|days?|hours?|minutes?|\w*seconds?|times|fold|per ?cent|%|×|x|pp",
        r"[kKMGTP]i?B|\w*bytes?|\w*(?:FLOP|flop)\w*|\w?Hz|W|watts?|dB|tokens?|cycles?|bits?|degrees?|°[CF]?|fps|FPS",
        r"weeks?|months?|thousand|million|billion|dollars?",
    ]
)
# What makes a count of a year, a version, or a label.
_COUNTED = (
    r"lines|cores|threads|weights|parameters|frames|requests|operations|files|slides|words|sentences|characters|"
    r"letters|points|pixels|nodes|steps|iterations|epochs|layers|elements|numbers|people|pages|runs|measurements|"
    r"instructions|calls|examples|records|items|samples|images|cells"
)
# What makes a measured number of a small one: "two seconds", "nine tenths", "seven and a half times".
_MEASURES = rf"and\s+a|odd|thirds|quarters|fifths|tenths|hundredths|orders?\s+of|years?|nines|{_UNITS}"
_ONE_MEASURES = r"per ?cent|(?:milli|micro|nano)?seconds?|minutes?|hours?|ms|\w+bytes?|cycles?|orders?\s+of|percentage"
_TENS = "twenty|thirty|forty(?!\\s+winks)|fifty|sixty|seventy|eighty|ninety"
# Small ones count what stands before the reader's eyes ("two loops"), unless they count measures, times or parts.
_UNIT_WORDS = "two|three|four|five|six|seven|eight|nine"
_SMALL = rf"{_UNIT_WORDS}|ten|eleven|twelve|\w+teen"
_ORDINALS = (
    r"third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|\w+teenth|\w+ieth|hundredth|thousandth|\w+illionth"
)
_LARGE = "hundred|thousand|million|billion|trillion"
_DOUBLE = (
    "precision|buffer|click|quot|check|spac|dash|bond|loop|pass|sided|negative|link|ended|free|slash|descent|blind"
)
_WORDS = "|".join(
    [
        rf"(?:{_TENS})(?:-(?:one|{_UNIT_WORDS}))?",
        rf"(?:{_SMALL}|zero)(?:(?:-|\s+(?:or|to)\s+)(?:{_SMALL}))?(?=[\s-]+(?:{_MEASURES})(?!\w))",
        rf"(?:one|an?)(?=\s+(?:{_ONE_MEASURES})(?!\w))(?<!\ban?(?=\s+(?:second|minute|hour|cycle|percentage|\w+byte)))",
        rf"(?:one|{_SMALL})[\s-]and[\s-]a[\s-]half|a\s+couple\s+of(?=\s+(?:{_UNITS})(?!\w))",
        rf"(?:one|{_SMALL})\s+(?:in|out\s+of)\s+(?:{_SMALL}|{_TENS}|a\s+(?:{_LARGE}))",
        rf"(?:dozen|{_LARGE})s?|twice|thrice|quarters?|(?:two|three)-quarters?|half-(?=(?:an?|hour|minute|second)\b)",
        r"half(?!-|\s+(?:precision|float|duplex|a\s+mind))|halves|halv(?:ed|ing)|orders?\s+of\s+magnitude",
        rf"a\s+third(?!\s+(?:one|look|time|run|way|slide|loop|pass|step|party))|(?:{_ORDINALS})s",
        rf"(?:an?|one)[\s-](?:{_ORDINALS})(?=\s+(?:of|less|more|faster|slower|as|the|smaller|cheaper|longer|shorter)\b|[^\w\s-]|\s*$)",
        rf"(?:{_SMALL}|{_TENS}|{_LARGE}|many|several)-?fold",
        rf"(?:tripl|quadrupl|quintupl|centupl)(?:e|es|ed|ing)|doubl(?:e|es|ed|ing)(?![\s-](?:{_DOUBLE}))",
    ]
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_LABELS = (
    "slide|chapter|section|circle|step|point|item|fig(?:ure)?|table|page|part|version|layer|line|option|theorem|lemma|"
    "equation|eq|example|exercise|algorithm|question|level|phase|stage|case|appendix|note|footnote|row|column|bit|core|"
    "thread|device|rank|epoch|port|volume|lecture|problem|definition|listing|driver|room|key|cell|circle"
)
# “Slide 8”, “Fig. 2”, “slides 5 and 6”, but neither “per step 5 ms” nor “steps 500”.
_NUMBERED = (
    rf"(?i:(?<!\b(?:per|a|each|every)\s)\b(?:(?:{_LABELS}|no|p)\.?|(?:{_LABELS}|pp?)s?\.?(?=[ \u00a0]+\d+(?:\.\d+)*"
    rf"(?:,|[ \u00a0]?(?:and|or|to|[-–—])[ \u00a0]?\d)))[ \u00a0]+)|GPU[ \u00a0](?=\d\b)|[№§\#][ \u00a0]*"
)

LANGUAGE = Language(
    code="en",
    locale="en_GB",
    strings=_STRINGS,
    nouns={
        "core": ("core", "cores"),
        "thread": ("thread", "threads"),
        "file": ("file", "files"),
        "slide": ("slide", "slides"),
        "minute": ("minute", "minutes"),
    },
    plurals={"one": 0, "other": 1},
    grouped_from=4,
    power="×",
    day="d\xa0MMMM y",
    month="LLLL y",
    units={
        "time": {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9},
        "bytes": {"TB": 1e12, "GB": 1e9, "MB": 1e6, "kB": 1e3, "B": 1.0},
        "flops": {"PFLOP": 1e15, "TFLOP": 1e12, "GFLOP": 1e9, "MFLOP": 1e6, "kFLOP": 1e3, "FLOP": 1.0},
        "flop_rate": {"TFLOP/s": 1e12, "GFLOP/s": 1e9, "MFLOP/s": 1e6, "FLOP/s": 1.0},
        "byte_rate": {"TB/s": 1e12, "GB/s": 1e9, "MB/s": 1e6, "B/s": 1.0},
        "intensity": {"FLOP/B": 1.0},
        "share": {"%": 1e-2},
        "ratio": {"": 1.0, "×": 1.0, "times": 1.0},
        "count": {"billion": 1e9, "million": 1e6, "thousand": 1e3, "": 1.0},
        "money": {"$": 1.0},
    },
    by_name_only=frozenset({"d", "h", "min", "thousand", "ns"}),
    close=frozenset({"×", "%"}),
    leading=frozenset({"$"}),
    inflected={},  # 1.0 times, not 1.0 time
    bound=(re.compile(r" (?=[—–](?:\s|$))"),),  # no line begins with a dash
    quotes=("“", "”"),
    latin={},
    letters=LATIN,
    why="Why",
    numerals=Numerals(
        words=_WORDS,
        innocent=[
            labelled(_NUMBERED, "and|or|to", f"{_UNITS}|{_COUNTED}"),
            r"(?i:part|volume|chapter|book|act)[ \u00a0][IVX]+(?!\w)",
            rf"(?<![\d.,])[0-3]?\d(?:st|nd|rd|th)?[ \u00a0](?:of[ \u00a0])?(?:{_MONTHS})",
            rf"(?:{_MONTHS})[ \u00a0][0-3]?\d(?:st|nd|rd|th)?(?![\d%]|[.,]\d){not_of(_UNITS)}",
            r"(?<![\p{N}.,/])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)\d\d(?![\p{N}/]|[.,]\p{N})",
            r"(?<![\p{N}.,])(?:1[5-9]|20)\d0s(?!\w)|['’]?[1-9]0s(?!\w)",
            r"(?<![\p{N}.,])\d{1,2}(?:st|nd|rd|th)[ \u00a0-]centur\w+|[IVX]+[ \u00a0]centur\w+",
            r"(?<![\p{N}.,/]|\ba |\bone )\d{1,3}(?:st|nd|rd|th)(?![\w]|[ \u00a0]of\b)",  # in a row: “the 2nd pass”
            r"(?<![\p{N}.,])100[ \u00a0]?%",  # the whole
            r"(?<![\d.,:])[01]?\d(?::[0-5]\d)?[ \u00a0]?[ap]\.?m\b",
            r"\bat[ \u00a0][0-2]?\d:[0-5]\d(?![\d:])|(?<!\d)24/7(?!\d)",
            r"(?:(?i:from)[ \u00a0]0[ \u00a0]to|(?<!\p{N})0s?[ \u00a0](?:or|and))[ \u00a0]1s?(?![\p{N}%]|[.,]\p{N})",
        ],
        units=_UNITS,
        counted=_COUNTED,
        dated=rf"in|since|of|from|to|until|till|by|before|after|around|circa|early|late|mid|spring|summer|autumn|fall|"
        rf"winter|the|and|©|(?:{_MONTHS}),?|(?:{_MONTHS})[ ]\d\d?,",
        years=r"talks?(?!\w)",
    ),
    superlatives=re.compile(
        r"\b(?:all|any(?:one|body|thing)?|every(?:one|body|thing)?|each|none|no one|nobody|nothing|neither|both|others|"
        r"rest|most|least|worst|of them|only|whatever|whoever|tops?|leads|leader|winner|champion|main|maxim\w+|"
        r"minim\w+|un(?:beat|rival|match|surpass|equal)\w+|ultimate|supreme|lion's|no \w+ is|(?:first|last) place|"
        r"comes first|record (?:rate|speed|time)|the record is|"
        r"(?!(?:t|requ|inter|sugg|for|hon|dig|cont|mod)est\b)\w+est)\b",
        re.IGNORECASE,
    ),
    emphases=re.compile(
        r"\b(?:much|far|noticeably|markedly|considerably|significantly|substantially|clearly)\b", re.IGNORECASE
    ),
)
