// The speaker's window. It knows nothing by itself: the deck that opened it sends each slide, and takes its commands.
(() => {
  const find = (selector) => document.querySelector(selector);
  const target = location.protocol === "file:" ? "*" : location.origin;
  let state = null;
  let rehearsal = null;

  const tell = (what, more) => window.opener?.postMessage({ talk: what, ...more }, target);

  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.opener || data?.talk !== "state") return;
    state = data;
    rehearsal = new Rehearsal(data.plan, data.rehearsal);
    show();
    tick();
  });

  // The deck is greeted again and again: after its reload (a slide was edited) it does not know of this window.
  const greet = () => tell("hello", { empty: state === null });
  greet();
  setInterval(greet, 1000);
  setInterval(tick, 250);

  function show() {
    find(".waiting").hidden = true;
    find(".speaker").hidden = false;
    document.title = `${state.title} · ${say("title")}`;
    find(".title").textContent = state.title;
    put(".current", state.current);
    put(".following", state.next ?? "");
    find("#after").textContent = state.next ? say("next", { title: state.nextTitle }) : say("last");
    if (put(".said", state.notes)) find(".said").scrollTop = 0;
    for (const link of document.querySelectorAll(".said a")) link.target = "_blank";
    find(".dark").hidden = !state.dark;
    find(".place").textContent = say(state.steps ? "place_step" : "place", state);
  }

  const sized = new ResizeObserver((changes) => {
    for (const { target, contentRect } of changes) target.style.setProperty("--scale", contentRect.width / 1920);
  });
  for (const view of document.querySelectorAll(".view")) sized.observe(view);

  const written = {};
  function put(where, html) {
    if (written[where] === html) return false;
    written[where] = html;
    find(where).innerHTML = html;
    return true;
  }

  const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });

  function tick() {
    if (!rehearsal) return;
    const now = Date.now();
    const elapsed = rehearsal.elapsed(now);
    const planned = state.plan[state.number - 1].seconds * 1000;
    const behind = rehearsal.behind(now);
    write(".clock", clock.format(now));
    write(".elapsed", Rehearsal.clock(elapsed));
    write(".left", (elapsed > state.slot ? "−" : "") + Rehearsal.clock(state.slot - elapsed));
    write(".on-slide", `${Rehearsal.clock(rehearsal.on(rehearsal.slide, now))} / ${Rehearsal.clock(planned)}`);
    write(".pace", elapsed ? Rehearsal.pace(behind) : say("stopped"));
    find(".pace").dataset.pace = Math.abs(behind) < 5000 ? "even" : behind > 0 ? "behind" : "ahead";
    write("[name=timer]", say(rehearsal.running ? "pause" : elapsed ? "resume" : "start"));
  }

  // Only what changed, so that a screen reader is not told the pace four times a second.
  function write(where, text) {
    if (find(where).textContent !== text) find(where).textContent = text;
  }

  const NOTES = "talk.notes-size";
  let size = 1;
  try {
    size = Number(localStorage.getItem(NOTES)) || 1;
  } catch {
    // Storage is denied: the usual size.
  }
  resize(1);
  function resize(factor) {
    size = Math.min(2.5, Math.max(0.6, size * factor));
    find(".said").style.fontSize = `${size}em`;
    try {
      localStorage.setItem(NOTES, size);
    } catch {
      // Storage is denied: the size lasts until the window is closed.
    }
  }

  const here = { smaller: () => resize(1 / 1.15), larger: () => resize(1.15) };
  document.addEventListener("click", ({ target: clicked }) => {
    const name = clicked.closest("button")?.name;
    if (name) (here[name] ?? (() => tell(name)))();
  });

  // The deck's own keys work here too; KeyB is B on any keyboard layout.
  const KEYS = {
    ArrowRight: "next", ArrowDown: "next", PageDown: "next", KeyN: "next", Space: "next",
    ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", KeyP: "previous",
    Home: "first", End: "last", KeyB: "blackout", KeyT: "timer", KeyR: "report",
    Minus: "smaller", Equal: "larger",
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const scrolls = event.target.closest(".said") && /^(Arrow(Up|Down)|Page|Home|End)/.test(event.code);
    const presses = event.target.closest("button") && event.code === "Space";
    const name = event.code === "Space" && event.shiftKey ? "previous" : KEYS[event.code];
    if (!name || scrolls || presses) return;
    event.preventDefault();
    (here[name] ?? (() => tell(name)))();
  });
})();
