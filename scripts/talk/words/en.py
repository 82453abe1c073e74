"""English."""

import re

from talk.words.languages import LATIN, Language
from talk.words.numerals import Numerals

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
    "machines.tables": "tables",
    "machines.quick": "{experiment}: quick run.",
    "machines.experiments": "Machines and experiments",
    "machines.headlines": "Headline numbers of all machines",
    "machines.number": "Number",
    "machines.first": "First machine",
    "machines.second": "Second",
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
    "feed.title": "{site}: measurements",
    "feed.changed": "{number}: {was} before, {now} now",
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
    "deck.shortcuts.measure": "measure here and now what the slide shows",
    "deck.shortcuts.fullscreen": "full screen",
    "deck.shortcuts.blackout": "black out the screen",
    "deck.shortcuts.pointer": "a pointer for the hall: it follows the mouse and fades",
    "deck.shortcuts.freeze": "freeze the picture in the hall",
    "deck.shortcuts.help": "this help",
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
    # What scripts say: `js.` and the kind of page.
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
    "js.deck.late": "no answer in ten seconds",
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
}

_UNITS = "|".join(
    [
        r"[mnµμ]s(?:ec)?|us|h|hrs?|mins?|secs?|days?|hours?|minutes?|\w*seconds?|times|fold|per ?cent|%|×|x",
        r"[kKMGTP]i?B|\w*bytes?|\w*(?:FLOP|flop)\w*|\w?Hz|W|dB|tokens?|cycles?|bits?",
    ]
)
# What makes a measured number of a small one: "two seconds", "nine tenths", "seven and a half times".
_MEASURES = (
    rf"and\s+a|odd|thirds|quarters|fifths|tenths|hundredths|orders?\s+of|weeks?|months?|years?|degrees?|{_UNITS}"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
# Small ones count what stands before the reader's eyes ("two loops"), unless they count measures, times or parts.
_UNIT_WORDS = "two|three|four|five|six|seven|eight|nine"
_WORDS = "|".join(
    [
        rf"(?:{_TENS})(?:-(?:one|{_UNIT_WORDS}))?",
        rf"(?:{_UNIT_WORDS}|ten|eleven|twelve|\w+teen)(?=[\s-]+(?:{_MEASURES})(?!\w))",
        r"(?:dozen|hundred|thousand|million|billion|trillion)s?|twice|thrice|half|halves|halved|quarters?|a\s+third|thirds",
        rf"tenths?|hundredths?|thousandths?|orders?\s+of\s+magnitude|(?:{_UNIT_WORDS}|ten|hundred|many)-?fold|triples?d?",
        r"doubles?d?",
    ]
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# “Slide 8”, “Fig. 2”, but not “per step 5 ms”.
_NUMBERED = (
    r"(?i:(?<!\b(?:per|a|each|every)\s)\b(?:slide|chapter|section|circle|step|point|item|fig(?:ure)?|table|page|part|"
    r"version|layer|line|option|theorem|lemma|no)s?\b)\.?"
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
            rf"{_NUMBERED}[ \u00a0]+\d+(?![\d×]|[.,]\d)(?![ \u00a0]*(?:{_UNITS})(?!\w))",
            rf"(?<![\d.,])[0-3]?\d[ \u00a0](?:{_MONTHS})|(?:{_MONTHS})[ \u00a0][0-3]?\d(?![\d.]|,\d)",
            r"(?<![\p{N}.,])100[ \u00a0]?%",  # the whole
            r"(?<![\d.,:])[01]?\d[ \u00a0]?[ap]\.?m\b",
        ],
        units=_UNITS,
    ),
    superlatives=re.compile(r"\b(?:all|any|every|each|none|most|of them|\w+est)\b", re.IGNORECASE),
)
