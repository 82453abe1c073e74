// Starts the deck. Everything here is an addition: without it the slides read as a scroll.
(() => {
  const deck = document.querySelector(".deck");
  const help = document.querySelector(".deck-keys");
  const report = document.querySelector(".deck-report");
  const told = document.querySelector(".deck-told");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const { titleOf } = pictures;

  // From disk, a link to a folder would open its listing.
  if (location.protocol === "file:") {
    for (const link of deck.querySelectorAll("a[href]")) {
      const url = pictures.addressOf(link, "href");
      if (url.protocol === "file:" && url.pathname.endsWith("/")) {
        url.pathname += "index.html";
        link.setAttribute("href", url);
      }
    }
  }

  // A phone held upright reads a scroll, as where scripts are off; turned on its side it shows slides.
  const upright = matchMedia("(max-width: 44.9844em) and (orientation: portrait)");
  const asScroll = upright.matches;
  // A sheet of paper is upright too, and no reason to load anything anew.
  upright.addEventListener("change", () => {
    if (!matchMedia("print").matches && upright.matches !== asScroll) location.reload();
  });
  const address = location.hash.replace(/^#\/?/, "").split("/")[0];
  if (asScroll) {
    // What is wider than the screen is scrolled by the keyboard too, and notes on sight are no landmark each.
    for (const wide of deck.querySelectorAll("pre > code, .arithmatex")) wide.tabIndex = 0;
    for (const notes of deck.querySelectorAll("aside.notes")) notes.role = "note";
    if (address) location.replace(`#${address}`);
    return;
  }

  // reveal.js takes the query for its settings, and would lay the deck out for a paper and a scroll of its own.
  const query = new URLSearchParams(location.search);
  const asked = Number(query.get("slot"));
  const slot = asked > 0 && Number.isFinite(asked) ? asked : Number(deck.dataset.slot);
  const line = new Line(deck.querySelector(".slides"), slot);
  const { slides, main } = line;
  const overview = new Overview(document.querySelector(".deck-overview"), line, (slide) => go(slide));
  const isAuto = query.has("auto");
  if (query.has("print-pdf") || query.has("view")) {
    for (const name of ["print-pdf", "view"]) query.delete(name);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  }
  // An article links to a slide by its id; said reveal's way, the browser does not scroll to it by itself.
  if (address && !location.hash.startsWith("#/")) history.replaceState(null, "", `#/${address}`);
  deck.classList.add("reveal");
  const reveal = new Reveal(deck, {
    width: 1920,
    height: 1080,
    margin: 0,
    minScale: 0.05, // zoomed in, a slide is whole all the same: what grows with the letters is the article
    maxScale: 4,
    center: false,
    controlsTutorial: false,
    fragmentInURL: true,
    hash: true,
    hashOneBasedIndex: true, // as the slides are numbered
    help: false, // its own is in English
    overview: false, // its own is one endless row
    postMessage: false,
    slideNumber: (slide) => [line.numberOf(slide)],
    transition: still ? "none" : "fade",
    transitionSpeed: "fast",
    autoAnimate: !still,
    autoAnimateDuration: 0.6,
    scrollActivationWidth: null,
    keyboard: false, // it asks what is written on a key; keys.js asks where the key is
  });
  reveal.initialize().then(() => {
    nameControls();
    takeControls();
    mendRoles();
    markBackups();
    turn();
    reveal.on("slidechanged", turn);
    for (const change of ["fragmentshown", "fragmenthidden", "paused", "resumed"]) reveal.on(change, tellSpeaker);
    for (const change of ["fragmentshown", "fragmenthidden"]) {
      reveal.on(change, keepPlace);
      reveal.on(change, goOn);
    }
  });

  function turn() {
    const slide = reveal.getCurrentSlide();
    const title = titleOf(slide);
    document.title = title ? `${title} · ${deck.dataset.title}` : deck.dataset.title;
    rehearsal.turn(slide.id, Date.now());
    stage.clear();
    keepPlace();
    keep();
    goOn();
  }

  // reveal.js names them in English.
  function nameControls() {
    for (const side of ["left", "right", "up", "down"]) {
      for (const button of deck.querySelectorAll(`.navigate-${side}`)) button.setAttribute("aria-label", say(side));
    }
    for (const button of deck.querySelectorAll(".resume-button")) button.textContent = say("resume");
  }

  // They know nothing of backup slides.
  function takeControls() {
    for (const [side, command] of [["right", next], ["left", previous]]) {
      for (const button of deck.querySelectorAll(`.navigate-${side}`)) {
        for (const type of ["touchstart", "touchend", "click"]) {
          const take = (event) => {
            event.stopImmediatePropagation();
            if (type === "click") command();
          };
          button.addEventListener(type, take, { capture: true, passive: true });
        }
      }
    }
  }

  function go(slide, step) {
    reveal.slide(slides.indexOf(slide), 0, step);
  }

  // Where the main line was left: the slide, and its step.
  let left = null;
  function keepPlace() {
    const slide = reveal.getCurrentSlide();
    if (!line.isBackup(slide)) left = { slide, step: stepsOf(slide, ".visible") - 1 };
  }

  // To the backups of this slide, and from a backup back to where one was.
  function toggleBackup() {
    const slide = reveal.getCurrentSlide();
    const [first] = line.backupsOf(slide);
    if (line.isBackup(slide)) goBack();
    else if (first) go(first);
  }

  function wayBack(slide) {
    return left ?? { slide: line.placeOf(slide) };
  }

  function goBack() {
    const { slide, step } = wayBack(reveal.getCurrentSlide());
    go(slide, step);
  }

  function markBackups() {
    const mark = (slide, text, label) => {
      const button = slide.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = "slide-backup";
      button.textContent = text;
      button.title = label;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", toggleBackup);
    };
    for (const slide of main) {
      const backups = line.backupsOf(slide);
      if (backups.length) mark(slide, `+${backups.length}`, say("backups", { titles: backups.map(titleOf).join(", ") }));
    }
    for (const slide of line.backups) mark(slide, `↩ ${say("back")}`, say("back"));
  }

  function jump() {
    reveal.toggleJumpToSlide(true);
    const input = deck.querySelector(".jump-to-slide-input"); // made anew each time
    input.placeholder = say("jump");
    input.setAttribute("aria-label", say("jump_label"));
  }

  function isInDialog() {
    return [help, report, told, machines].some(({ open }) => open) || overview.isOpen;
  }

  function showOverview() {
    overview.open(slides.indexOf(reveal.getCurrentSlide()));
  }

  // reveal.js calls the deck an application, in which a screen reader would not read; its arrows are no landmark.
  function mendRoles() {
    deck.removeAttribute("role");
    for (const controls of deck.querySelectorAll(".controls")) controls.setAttribute("role", "presentation");
  }

  // The run-through, kept in this browser: it outlives a reload, and goes on where the reload was short. Each tab has its
  // own; a new one takes over that of a tab that was closed.
  const RELOAD_MS = 15000;
  const plan = slides.map((slide) => ({
    id: slide.id,
    title: titleOf(slide),
    seconds: Number(slide.dataset.timing),
    place: slide.dataset.backup,
    part: titleOf(line.partOf(slide)),
  }));
  const rehearsal = restore();
  setInterval(() => rehearsal.running && keep(), 5000);

  function restore() {
    const parsed = (text) => {
      try {
        return JSON.parse(text);
      } catch {
        return null; // it holds something else: a new run
      }
    };
    let before = parsed(kept.read("rehearsal", "sessionStorage"));
    if (!before) {
      before = parsed(kept.read("rehearsal"));
      if (before && Date.now() - before.seen < RELOAD_MS) before = null;
    }
    const run = new Rehearsal(plan, before);
    if (run.running && Date.now() - before.seen > RELOAD_MS) run.pause(before.seen);
    return run;
  }

  function keep() {
    const run = JSON.stringify({ ...rehearsal.toJSON(), seen: Date.now() });
    kept.write("rehearsal", run, "sessionStorage");
    if (rehearsal.elapsed(Date.now())) kept.write("rehearsal", run);
    tellSpeaker();
    stayAwake();
  }

  function toggleTimer() {
    if (rehearsal.running) rehearsal.pause(Date.now());
    else rehearsal.start(Date.now());
    keep();
  }

  function resetTimer() {
    rehearsal.reset();
    keep();
  }

  // A black screen wakes, and nothing is skipped unseen. After the last step of the last slide comes the report, where
  // there was a run; after the last backup of a place, the slide that one came from.
  function next() {
    if (reveal.isPaused()) reveal.togglePause(false);
    else if (reveal.availableFragments().next || line.beside(reveal.getCurrentSlide(), 1)) reveal.next();
    else if (!isAtEnd()) goBack();
    else if (rehearsal.elapsed(Date.now())) showReport();
  }

  function previous() {
    const slide = reveal.getCurrentSlide();
    const isFirst = !reveal.availableFragments().prev && !line.beside(slide, -1);
    if (reveal.isPaused()) reveal.togglePause(false);
    else if (isFirst && line.isBackup(slide)) goBack();
    else reveal.prev();
  }

  function isAtEnd() {
    return reveal.getCurrentSlide() === main.at(-1) && !reveal.availableFragments().next;
  }

  function showReport() {
    if (isAtEnd()) {
      rehearsal.pause(Date.now());
      keep();
    }
    const { rows, parts, total } = rehearsal.report(Date.now());
    const cells = ({ planned, spent }) => {
      const known = spent !== null;
      return [
        Rehearsal.clock(planned),
        known ? Rehearsal.clock(spent) : "—",
        known ? Rehearsal.difference(spent - planned) : "—",
      ];
    };
    const sum = (row) => tableRow(["", row.title, ...cells(row)], row.spent > row.planned, "sum");
    report.querySelector("tbody").replaceChildren(
      ...rows.flatMap((row) => [
        tableRow([row.number, row.title, ...cells(row)], row.spent > row.planned),
        ...parts.filter(({ last }) => last === row).map(sum),
      ]),
    );
    report.querySelector("tfoot").replaceChildren(sum(total));
    if (!report.open) report.showModal();
  }

  function tableRow(texts, over, kind = "") {
    const row = document.createElement("tr");
    row.className = kind;
    row.classList.toggle("over", over);
    texts.forEach((text, index) => {
      const cell = document.createElement(index === 1 ? "th" : "td");
      if (index === 1) cell.scope = "row";
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  }

  report.querySelector("[name=save]").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([rehearsal.csv(Date.now())], { type: "text/csv" }));
    link.download = `${say("csv_name")}-${new Date().toLocaleDateString("sv")}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  report.querySelector("[name=reset]").addEventListener("click", () => {
    resetTimer();
    showReport();
  });

  // The speaker's window: a page of its own, which asks for what to show and says what to do. From disk the two windows
  // may not read each other, so they talk by messages; and the window lives through the deck's reloads.
  let speaker = null;
  const commands = {
    next,
    previous,
    first: () => reveal.slide(0),
    last: () => go(main.at(-1)),
    go: ({ number }) => reveal.slide(number - 1),
    backup: toggleBackup,
    blackout: () => reveal.togglePause(),
    freeze,
    timer: toggleTimer,
    reset: resetTimer,
    report: showReport,
    measure: () => stage.measure(reveal.getCurrentSlide(), tellSpeaker),
  };
  Object.assign(stage.commands, commands);
  stage.tell = tellSpeaker;
  // What only this window does.
  const ownCommands = {
    ...commands,
    overview: showOverview,
    jump,
    speaker: openSpeakerView,
    fullscreen: toggleFullscreen,
    pointer: togglePointer,
    machine: showMachines,
    help: showHelp,
  };

  function showHelp() {
    for (const part of help.querySelectorAll("dt:has(+ dd [name=measure]), dd:has([name=measure])")) {
      part.hidden = !stage.hasOffers();
    }
    help.showModal();
  }

  function openSpeakerView() {
    const opened = window.open(deck.dataset.speaker, "talk-speaker", "popup,width=1280,height=800");
    if (opened) opened.focus();
    else told.showModal(); // the browser lets no window open
  }

  function toggleFullscreen() {
    const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
    done?.catch(() => {}); // the browser lets no page do so
  }

  // The hall keeps this picture while the speaker looks at other slides.
  let frozen = null;
  function freeze() {
    if (frozen) {
      frozen.remove();
      frozen = null;
    } else {
      frozen = document.body.appendChild(document.createElement("div"));
      frozen.className = "deck-frozen";
      frozen.inert = true;
      const view = frozen.appendChild(document.createElement("div"));
      view.className = "view";
      view.innerHTML = pictures.apart(reveal.getCurrentSlide(), stepsOf(reveal.getCurrentSlide(), ".visible"), "frozen");
      scaleFrozen();
    }
    tellSpeaker();
  }

  function scaleFrozen() {
    frozen?.style.setProperty("--scale", Math.min(innerWidth / 1920, innerHeight / 1080));
  }
  addEventListener("resize", scaleFrozen);

  // Whose numbers the slides show: chosen.js.
  const machines = document.querySelector(".deck-machines");
  function showMachines() {
    if (chosen.labels.size < 2) return;
    const labels = [...chosen.labels].map(([slug, text]) => {
      const label = document.createElement("label");
      const input = label.appendChild(document.createElement("input"));
      input.type = "radio";
      input.name = "machine";
      input.value = slug;
      label.append(text);
      return label;
    });
    machines.querySelector("fieldset").replaceChildren(...labels);
    tellMachine();
    machines.showModal();
    machines.querySelector(":checked")?.focus();
  }
  function tellMachine() {
    machines.querySelector("output").textContent = chosen.told;
    for (const input of machines.querySelectorAll("input")) input.checked = input.value === chosen.shown;
  }
  machines.addEventListener("change", ({ target }) => {
    chosen.choose(target.value).then(tellMachine, tellMachine);
  });
  for (const change of ["machine-chosen", "figures-changed"]) {
    document.addEventListener(change, () => {
      overview.forget();
      tellSpeaker();
    });
  }
  help.querySelector("[name=machine]").closest("dd").hidden = chosen.labels.size < 2;
  help.querySelector("dt:has(.machine-key)").hidden = chosen.labels.size < 2;

  // A pointer that the hall sees, and that fades when it is still.
  let pointer = null;
  let fading = 0;
  function togglePointer() {
    if (pointer) {
      pointer.remove();
      pointer = null;
    } else {
      pointer = document.body.appendChild(document.createElement("div"));
      pointer.className = "deck-pointer faded";
    }
    document.body.classList.toggle("pointing", Boolean(pointer));
  }
  addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!pointer) return;
    pointer.style.translate = `${clientX}px ${clientY}px`;
    pointer.classList.remove("faded");
    clearTimeout(fading);
    fading = setTimeout(() => pointer?.classList.add("faded"), 1500);
  });

  // `?auto`: each slide for its time, its steps in equal parts of it, round and round.
  let due = 0;
  function goOn() {
    clearTimeout(due);
    if (!isAuto) return;
    const slide = reveal.getCurrentSlide();
    due = setTimeout(() => {
      if (!reveal.isPaused() && !isInDialog()) {
        if (isAtEnd()) reveal.slide(0);
        else next();
      }
      goOn();
    }, (Number(slide.dataset.timing) * 1000) / (stepsOf(slide) + 1));
  }

  // The screen does not go dark in the middle of a talk.
  let lock = null;
  async function stayAwake() {
    const wanted = document.visibilityState === "visible" && (document.fullscreenElement || rehearsal.running || isAuto);
    if (Boolean(lock) === Boolean(wanted)) return;
    const former = lock;
    lock = wanted ? {} : null; // asked for
    try {
      if (!wanted) return await former.release?.();
      const given = await navigator.wakeLock?.request("screen");
      given?.addEventListener("release", () => { if (lock === given) lock = null; });
      if (lock) lock = given ?? null;
      else await given?.release();
    } catch {
      lock = null; // the browser knows better, on a low battery say
    }
  }
  for (const change of ["fullscreenchange", "visibilitychange"]) document.addEventListener(change, stayAwake);

  window.addEventListener("message", ({ source, origin, data }) => {
    if (data?.talk === undefined || origin !== window.origin || source?.opener !== window) return;
    if (data.talk === "hello") {
      const known = speaker === source;
      speaker = source;
      if (!known || data.empty) tellSpeaker();
      else send({ talk: "here" });
    } else if (Object.hasOwn(commands, data.talk)) commands[data.talk](data);
  });

  function send(message) {
    speaker.postMessage(message, location.protocol === "file:" ? "*" : location.origin);
  }

  // How many steps the slide has, or has taken. A step may show several parts, and just after a turn back reveal.js
  // itself tells the number of parts for the step's.
  function stepsOf(slide, which = "") {
    const parts = [...slide.querySelectorAll(`.fragment${which}`)];
    return new Set(parts.map((part) => part.dataset.fragmentIndex)).size;
  }

  // The speaker's window, where there is one, and whoever else follows the deck.
  function tellSpeaker() {
    const isOpen = speaker && !speaker.closed;
    if ((!isOpen && !stage.followers.length) || !reveal.isReady()) return;
    const slide = reveal.getCurrentSlide();
    const at = slides.indexOf(slide);
    const steps = stepsOf(slide);
    const step = stepsOf(slide, ".visible");
    const picture = (one, after) => pictures.picture(one, after).outerHTML;
    const isBackup = line.isBackup(slide);
    const after = line.beside(slide, 1) ?? (isBackup ? wayBack(slide).slide : undefined);
    const following = step < steps ? picture(slide, step + 1) : after && picture(after, 0);
    const state = {
      talk: "state",
      title: titleOf(slide),
      number: at + 1,
      count: main.length,
      isBackup,
      backups: line.backupsOf(slide).length,
      step,
      steps,
      current: picture(slide, step),
      next: following || null,
      nextTitle: step < steps ? say("step", { step: step + 1, steps }) : titleOf(after),
      notes: pictures.absolute(slide.querySelector(".notes"))?.innerHTML ?? "",
      dark: reveal.isPaused(),
      frozen: Boolean(frozen),
      slot: slot * 60000,
      plan,
      rehearsal: rehearsal.toJSON(),
    };
    for (const follow of stage.followers) follow(state);
    if (isOpen) send(state);
  }

  document.addEventListener("keydown", (event) => {
    const name = isInDialog() ? undefined : shortcuts.commandOf(event);
    if (!Object.hasOwn(ownCommands, name)) return;
    event.preventDefault();
    ownCommands[name](event);
  });

  // What keys do, a finger does.
  const more = document.querySelector(".deck-more");
  more.hidden = false;
  more.addEventListener("click", showHelp);
  help.addEventListener("click", ({ target }) => {
    const name = target.closest("button[name]")?.name;
    if (!name) return;
    help.close();
    ownCommands[name]();
  });
})();
