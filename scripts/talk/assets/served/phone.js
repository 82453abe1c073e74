// The phone's page. Its token comes in the address's fragment, once; what it gets for it is kept in this browser alone.
(() => {
  const words = JSON.parse(document.querySelector('meta[name="words"]').content);
  const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => holes[name]);
  const find = (selector) => document.querySelector(selector);
  const NAME = "clicker";
  const AGAIN_MS = 1000;
  const PATIENCE_MS = 12000;

  let secret = "";
  try {
    secret = localStorage.getItem(NAME) ?? "";
  } catch {
    // Storage is denied: a reload will need a new code.
  }
  function keep(given) {
    secret = given;
    try {
      localStorage.setItem(NAME, given);
    } catch {
      // As above.
    }
  }

  // What the server says; an Error that has `why` where it refuses, and none where nobody answers.
  async function ask(path, given) {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(given),
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.why), { why: said.why });
    return said;
  }

  function tell(text, lost = true) {
    if (find(".told").textContent !== text) find(".told").textContent = text;
    document.body.classList.toggle("lost", lost);
  }

  let state = null;
  let heard = 0; // when the state was true, by performance.now()

  function show(news) {
    if (!news.deck) tell(say("no_deck"));
    else tell(news.state?.dark ? say("dark") : news.state?.frozen ? say("frozen") : "", false);
    if (!news.state) return;
    state = news.state;
    heard = performance.now() - news.age_ms;
    find("main").hidden = false;
    find(".place").textContent = say(state.isBackup ? "place_backup" : state.steps ? "place_step" : "place", state);
    find("h1").textContent = state.title;
    find(".following").textContent = state.nextTitle ? say("following", { title: state.nextTitle }) : say("last");
    const notes = state.notes.join("\n");
    if (find(".notes").dataset.shown !== notes) {
      find(".notes").dataset.shown = notes;
      find(".notes").replaceChildren(
        ...state.notes.map((text) => {
          const paragraph = document.createElement("p");
          paragraph.textContent = text;
          return paragraph;
        }),
      );
      find(".notes").scrollTop = 0;
    }
    tick();
  }

  const clock = (ms) => {
    const seconds = Math.round(Math.abs(ms) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };

  function tick() {
    if (!state) return;
    const elapsed = state.elapsed + (state.running ? performance.now() - heard : 0);
    const left = state.slot - elapsed;
    find(".elapsed").textContent = clock(elapsed);
    find(".elapsed").classList.toggle("stopped", !state.running);
    find(".left").textContent = say(left < 0 ? "over" : "left", { time: clock(left) });
    find(".left").classList.toggle("over", left < 0);
  }
  setInterval(tick, 250);

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // One question for news after another, each answered when there are some.
  async function listen() {
    let version = 0;
    for (;;) {
      try {
        const news = await ask("/news", { secret, after: version });
        version = news.version;
        show(news);
      } catch (error) {
        if (error.why) {
          tell(say(error.why === "replaced" ? "replaced" : error.why === "often" ? "often" : "old"));
          return;
        }
        version = 0;
        tell(say("gone"));
        await pause(AGAIN_MS);
      }
    }
  }

  for (const button of document.querySelectorAll("button")) {
    button.addEventListener("click", async () => {
      navigator.vibrate?.(15);
      try {
        const { done } = await ask("/press", { secret, command: button.name });
        if (!done) tell(say("no_deck"));
      } catch (error) {
        if (!error.why) tell(say("gone"));
      }
    });
  }

  // Browsers grant this to pages of https alone, and to this machine's own.
  let lock = null;
  async function stayAwake() {
    if (document.visibilityState !== "visible" || lock) return;
    try {
      lock = await navigator.wakeLock?.request("screen");
      lock?.addEventListener("release", () => { lock = null; });
    } catch {
      lock = null;
    }
  }
  document.addEventListener("visibilitychange", stayAwake);

  async function begin() {
    const token = location.hash.slice(1);
    for (let joined = !token; !joined; ) {
      try {
        keep((await ask("/join", { token })).secret);
        joined = true;
      } catch (error) {
        tell(say(error.why ?? "gone"));
        if (error.why === "taken" && secret) joined = true; // the phone itself, scanning its code once more
        else if (error.why) return;
        else await pause(AGAIN_MS);
      }
    }
    if (token) history.replaceState(null, "", location.pathname);
    if (!secret) {
      tell(say("wrong"));
      return;
    }
    stayAwake();
    listen();
  }
  begin();
})();
