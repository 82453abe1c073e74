// A served deck: what its slides show is measured by this machine, and a phone may turn them.
(() => {
  const known = JSON.parse(document.querySelector('meta[name="served"]').content);
  const words = JSON.parse(document.querySelector('meta[name="served-words"]').content);

  async function ask(what, given, signal) {
    const answer = await fetch(`/.talk/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Talk": known.token },
      body: JSON.stringify(given),
      signal,
    }).catch((error) => {
      if (signal?.aborted) throw error;
      throw new Error(words.no_server);
    });
    if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status });
    return answer.json();
  }

  const measurable = new Set(known.measurable);
  const measure = async (slide, signal) => {
    const found = await ask("measure", { name: slide.dataset.measure }, signal);
    if (found.why) throw new Error(found.why);
    return found;
  };
  if (measurable.size) stage.offer({ measures: (slide) => measurable.has(slide.dataset.measure), measure });
  stage.otherwise = measure; // the server says what it lacks

  if (!known.phone) return;
  const deck = crypto.randomUUID();
  const AGAIN_MS = 1000;
  let claims = true; // to be the one that the phone turns, when there are several
  for (const type of ["focus", "pointerdown", "keydown"]) addEventListener(type, () => { claims = true; });

  // Notes as a phone shows them: paragraphs of text, a formula as it is read.
  function paragraphs(html) {
    const notes = new DOMParser().parseFromString(html, "text/html").body;
    for (const unread of notes.querySelectorAll(".katex-mathml, style, script, svg, [hidden]")) unread.remove();
    const blocks = [...notes.querySelectorAll("p, li, tr, pre, h1, h2, h3, h4, h5, h6")];
    const innermost = blocks.filter((block) => !blocks.some((other) => other !== block && block.contains(other)));
    return innermost.map(({ textContent }) => textContent.replace(/\s+/g, " ").trim()).filter(Boolean);
  }

  let told = Promise.resolve();
  stage.follow((state) => {
    const { title, number, count, isBackup, step, steps, nextTitle, dark, frozen, slot } = state;
    const run = new Rehearsal(state.plan, state.rehearsal);
    const shown = {
      ...{ title, number, count, isBackup, step, steps, nextTitle, dark, frozen, slot },
      notes: paragraphs(state.notes),
      elapsed: run.elapsed(Date.now()),
      running: run.running,
    };
    // One after another: an older state must not come last.
    told = told.then(() => ask("state", { deck, state: shown })).catch(() => {});
  });

  async function listen() {
    for (let version = 0, driven = false; ; ) {
      try {
        const asked = { deck, after: version, claims };
        claims = false; // touched while the answer is awaited, it claims with the next question
        const news = await ask("deck", asked);
        version = news.version;
        for (const command of news.commands) stage.commands[command]?.();
        if (news.driven && !driven) stage.tell(); // until now another deck's state was what the phone had
        driven = news.driven;
      } catch ({ status }) {
        if (status === 403) return; // opened from another machine, or by a name that is not this one's
        version = 0;
        driven = false;
        claims = true;
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  }
  listen();
})();
