// The speaker's window. It knows nothing by itself: the deck that opened it sends each slide, and takes its commands.
(() => {
  const find = (selector) => document.querySelector(selector);
  const said = find(".said");
  const list = find(".list");
  const target = location.protocol === "file:" ? "*" : location.origin;
  let state = null;
  let rehearsal = null;

  const tell = (what, more) => window.opener?.postMessage({ talk: what, ...more }, target);

  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.opener || !["state", "here"].includes(data?.talk)) return;
    unanswered = 0;
    showLost(false);
    if (data.talk === "here") return;
    state = data;
    rehearsal = new Rehearsal(data.plan, data.rehearsal);
    show();
    tick();
  });

  // The deck is greeted again and again: after its reload (a slide was edited) it does not know of this window.
  // Three greetings without an answer, or nobody to greet: it is closed.
  const PATIENCE = 3;
  let unanswered = 0;
  const greet = () => {
    const isClosed = !window.opener || window.opener.closed;
    if (state && (isClosed || unanswered >= PATIENCE)) showLost(true);
    unanswered += 1;
    tell("hello", { empty: state === null || !find(".lost").hidden });
  };

  // The timer stands from when the deck was last heard of; a deck that answers again says how it went on.
  function showLost(lost) {
    if (find(".lost").hidden !== lost) return;
    find(".lost").hidden = !lost;
    if (lost) rehearsal.pause(Date.now() - unanswered * 1000);
    tick();
  }
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
    if (put(".said", state.notes)) said.scrollTop = 0;
    for (const link of document.querySelectorAll(".said a")) link.target = "_blank";
    find(".dark").hidden = !state.dark;
    find(".frozen").hidden = state.dark || !state.frozen;
    find(".place").textContent = say(state.isBackup ? "place_backup" : state.steps ? "place_step" : "place", state);
    const backup = find("[name=backup]");
    backup.hidden = !state.isBackup && !state.backups;
    backup.textContent = say(state.isBackup ? "back" : "backups", state);
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

  let size = Number(kept.read("notes-size")) || 1;
  resize(1);
  function resize(factor) {
    size = Math.min(2.5, Math.max(0.6, size * factor));
    said.style.fontSize = `${1.5 * size}rem`;
    kept.write("notes-size", size);
  }

  // How much of the window the notes have, in percent: their edge is dragged, or moved by arrows.
  const edge = find(".edge");
  widen(Number(kept.read("notes-width")) || 60);
  function widen(percent) {
    const share = Math.min(edge.ariaValueMax, Math.max(edge.ariaValueMin, percent));
    find(".speaker").style.setProperty("--notes", share);
    edge.ariaValueNow = Math.round(share);
    kept.write("notes-width", share);
  }
  edge.addEventListener("pointerdown", ({ pointerId }) => edge.setPointerCapture(pointerId));
  edge.addEventListener("pointermove", ({ pointerId, clientX }) => {
    const { left, width } = find(".speaker").getBoundingClientRect();
    if (edge.hasPointerCapture(pointerId)) widen((100 * (clientX - left)) / width);
  });
  edge.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -2, ArrowRight: 2 }[event.code];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    widen(Number(edge.ariaValueNow) + step);
  });

  // Every slide by its number and title: what the deck shows as pictures, in front of the hall.
  function showList() {
    if (!state) return;
    const items = state.plan.map(({ title }, index) => {
      const item = document.createElement("li");
      const button = item.appendChild(document.createElement("button"));
      item.value = index + 1;
      button.type = "button";
      button.value = index + 1;
      button.textContent = title;
      if (index + 1 === state.number) button.setAttribute("aria-current", "true");
      return item;
    });
    list.querySelector(".main").replaceChildren(...items.slice(0, state.count));
    list.querySelector(".backups ol").replaceChildren(...items.slice(state.count));
    list.querySelector(".backups").hidden = items.length === state.count;
    list.showModal();
    const current = list.querySelector("[aria-current]");
    current.scrollIntoView({ block: "center" });
    current.focus();
  }

  function jump() {
    showList();
    list.querySelector("input").focus();
  }

  function go(number) {
    list.close();
    if (number >= 1 && number <= state.plan.length) tell("go", { number });
  }
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("ol button");
    if (button) go(Number(button.value));
  });
  list.querySelector("form").addEventListener("submit", () => {
    const input = list.querySelector("input");
    go(Number(input.value));
    input.value = "";
  });

  const TOLD = new Set(["next", "previous", "first", "last", "backup", "blackout", "freeze", "timer", "reset", "report", "measure"]);
  const here = { smaller: () => resize(1 / 1.15), larger: () => resize(1.15), overview: showList, jump };
  function run(name) {
    if (Object.hasOwn(here, name)) here[name]();
    else if (TOLD.has(name)) tell(name);
  }
  document.addEventListener("click", ({ target: clicked }) => run(clicked.closest("button")?.name));

  // Up and down scroll the notes where one has clicked, as far as they go. A clicker's keys turn slides wherever that was.
  const canScroll = ({ target, code }) => {
    if (!target.closest(".said")) return false;
    if (code === "ArrowDown") return said.scrollTop + said.clientHeight < said.scrollHeight - 1;
    return code === "ArrowUp" && said.scrollTop > 0;
  };
  document.addEventListener("keydown", (event) => {
    if (list.open || canScroll(event)) return;
    const name = shortcuts.commandOf(event);
    if (!Object.hasOwn(here, name) && !TOLD.has(name)) return;
    event.preventDefault();
    run(name);
  });
})();
