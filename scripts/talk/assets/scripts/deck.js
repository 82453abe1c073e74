// Starts the deck. Everything here is an addition: without it the slides read as a scroll.
(() => {
  const deck = document.querySelector(".deck");
  const slides = [...deck.querySelectorAll(".slides > section")];
  const keys = document.querySelector(".deck-keys");
  const report = document.querySelector(".deck-report");
  const overview = new Overview(document.querySelector(".deck-overview"), slides, (index) => reveal.slide(index));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const titleOf = (slide) => slide?.querySelector(".slide-title")?.textContent ?? "";

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
  upright.addEventListener("change", () => location.reload());
  const address = location.hash.replace(/^#\/?/, "").split("/")[0];
  if (upright.matches) {
    if (address) location.replace(`#${address}`);
    return;
  }

  // An article links to a slide by its id; said reveal's way, the browser does not scroll to it by itself.
  if (address && !location.hash.startsWith("#/")) history.replaceState(null, "", `#/${address}`);
  deck.classList.add("reveal");
  const reveal = new Reveal(deck, {
    width: 1920,
    height: 1080,
    margin: 0,
    maxScale: 4,
    center: false,
    controlsTutorial: false,
    fragmentInURL: true,
    hash: true,
    help: false, // its own is in English
    overview: false, // its own is one endless row
    postMessage: false,
    slideNumber: false,
    transition: still ? "none" : "fade",
    transitionSpeed: "fast",
    autoAnimate: !still,
    autoAnimateDuration: 0.6,
    scrollActivationWidth: null,
    // `?` and the Russian full stop share a key with reveal's blackout, which B does too.
    keyboard: { 71: jump, 79: showOverview, 82: showReport, 83: openSpeakerView, 84: toggleTimer, 191: null },
    keyboardCondition: () => !isInDialog(),
  });
  reveal.initialize().then(() => {
    nameControls();
    mendRoles();
    turn();
    reveal.on("slidechanged", turn);
    for (const change of ["fragmentshown", "fragmenthidden", "paused", "resumed"]) reveal.on(change, tellSpeaker);
  });

  function turn() {
    const slide = reveal.getCurrentSlide();
    const title = titleOf(slide);
    document.title = title ? `${title} · ${deck.dataset.title}` : deck.dataset.title;
    rehearsal.turn(slide.id, Date.now());
    keep();
  }

  // reveal.js names them in English.
  function nameControls() {
    for (const side of ["left", "right", "up", "down"]) {
      for (const button of deck.querySelectorAll(`.navigate-${side}`)) button.setAttribute("aria-label", say(side));
    }
    for (const button of deck.querySelectorAll(".resume-button")) button.textContent = say("resume");
  }

  function jump() {
    reveal.toggleJumpToSlide(true);
    const input = deck.querySelector(".jump-to-slide-input"); // made anew each time
    input.placeholder = say("jump");
    input.setAttribute("aria-label", say("jump_label"));
  }

  function isInDialog() {
    return keys.open || report.open || overview.isOpen;
  }

  function showOverview() {
    overview.open(slides.indexOf(reveal.getCurrentSlide()));
  }

  // reveal.js calls the deck an application, in which a screen reader would not read; its arrows are no landmark.
  function mendRoles() {
    deck.removeAttribute("role");
    for (const controls of deck.querySelectorAll(".controls")) controls.setAttribute("role", "presentation");
  }

  // The run-through, kept in this browser: it outlives a reload, and goes on where the reload was short.
  const KEPT = "talk.rehearsal";
  const RELOAD_MS = 15000;
  const plan = slides.map((slide) => ({ id: slide.id, title: titleOf(slide), seconds: Number(slide.dataset.timing) }));
  const rehearsal = restore();
  setInterval(() => rehearsal.running && keep(), 5000);

  function restore() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(KEPT));
    } catch {
      // Storage is denied, or holds something else: a new run.
    }
    const before = new Rehearsal(plan, kept);
    if (before.running && Date.now() - kept.seen > RELOAD_MS) before.pause(kept.seen);
    return before;
  }

  function keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ...rehearsal.toJSON(), seen: Date.now() }));
    } catch {
      // Storage is denied: the run lasts until the page is closed.
    }
    tellSpeaker();
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

  // After the last step of the last slide comes the report, where there was a run.
  function next() {
    if (isAtEnd() && rehearsal.elapsed(Date.now())) showReport();
    else reveal.next();
  }

  function isAtEnd() {
    return reveal.isLastSlide() && !reveal.availableFragments().next;
  }

  function showReport() {
    if (isAtEnd()) {
      rehearsal.pause(Date.now());
      keep();
    }
    const { rows, total } = rehearsal.report(Date.now());
    const cells = ({ planned, spent }) => {
      const known = spent !== null;
      return [
        Rehearsal.clock(planned),
        known ? Rehearsal.clock(spent) : "—",
        known ? Rehearsal.difference(spent - planned) : "—",
      ];
    };
    report.querySelector("tbody").replaceChildren(
      ...rows.map((row, index) => tableRow([index + 1, row.title, ...cells(row)], row.spent > row.planned)),
    );
    report.querySelector("tfoot").replaceChildren(
      tableRow(["", total.title, ...cells(total)], total.spent > total.planned),
    );
    if (!report.open) report.showModal();
  }

  function tableRow(texts, over) {
    const row = document.createElement("tr");
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
    link.download = `${say("csv_name")}-${new Date().toISOString().slice(0, 10)}.csv`;
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
    previous: () => reveal.prev(),
    first: () => reveal.slide(0),
    last: () => reveal.slide(slides.length - 1),
    blackout: () => reveal.togglePause(),
    timer: toggleTimer,
    reset: resetTimer,
    report: showReport,
  };

  function openSpeakerView() {
    window.open(deck.dataset.speaker, "talk-speaker", "popup,width=1280,height=800")?.focus();
  }

  window.addEventListener("message", ({ source, origin, data }) => {
    if (data?.talk === undefined || origin !== window.origin || source?.opener !== window) return;
    if (data.talk === "hello") {
      const known = speaker === source;
      speaker = source;
      if (!known || data.empty) tellSpeaker();
    } else if (Object.hasOwn(commands, data.talk)) commands[data.talk]();
  });

  function tellSpeaker() {
    if (!speaker || speaker.closed || !reveal.isReady()) return;
    const slide = reveal.getCurrentSlide();
    const at = slides.indexOf(slide);
    const steps = new Set([...slide.querySelectorAll(".fragment")].map((step) => step.dataset.fragmentIndex)).size;
    const step = (reveal.getIndices().f ?? -1) + 1;
    const picture = (one, after) => pictures.picture(one, after).outerHTML;
    const following = step < steps ? picture(slide, step + 1) : at + 1 < slides.length && picture(slides[at + 1], 0);
    const message = {
      talk: "state",
      title: titleOf(slide),
      number: at + 1,
      count: slides.length,
      step,
      steps,
      current: picture(slide, step),
      next: following || null,
      nextTitle: step < steps ? say("step", { step: step + 1, steps }) : titleOf(slides[at + 1]),
      notes: pictures.absolute(slide.querySelector(".notes"))?.innerHTML ?? "",
      dark: reveal.isPaused(),
      slot: Number(deck.dataset.slot) * 60000,
      plan,
      rehearsal: rehearsal.toJSON(),
    };
    speaker.postMessage(message, location.protocol === "file:" ? "*" : location.origin);
  }

  // Ahead of reveal.js, which would have gone to the last slide by the time that it is asked whether this is it.
  document.addEventListener("keydown", (event) => {
    if (isInDialog() || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "?") keys.showModal();
    const onward = ["ArrowRight", "ArrowDown", "PageDown", "n"].includes(event.key) || (event.key === " " && !event.shiftKey);
    if (onward && isAtEnd()) next();
  }, { capture: true });
})();
