// What joins the deck from outside: measurements for `R`, and whoever follows the deck. Scripts that come after deck.js
// speak to this object alone.
//
//   stage.offer({
//     measures: (slide) => true,       // whether this measurement is of the slide, an element
//     measure: async (slide, signal) => ({
//       title: "products of 512 × 512",  // what was measured, where the slide does not say; may be left out
//       recorded: "machine, day",      // whose the recorded numbers are, and whose those of now; either may be left out
//       now: "this browser",
//       rows: [{ title: "…", recorded: "1,2 ms", now: "1,3 ms" }],
//     }),
//   });
//
// Of several that measure a slide the one that was offered last is asked: the server's, where there is one; `otherwise`
// where none does and the slide names a measurement. What it throws is told in one line; `signal` is aborted after ten
// seconds, or when the slide is left. One that draws its numbers itself gives nothing.
const stage = (() => {
  const PATIENCE_MS = 10000;
  const offers = [];
  let running = null;

  // The panel that lies on a slide; speaker.js shows it as well, for it is a part of the slide's frame.
  function panelOn(slide) {
    clear();
    const panel = slide.querySelector(".slide-frame").appendChild(document.createElement("div"));
    panel.className = "slide-now";
    panel.setAttribute("role", "status");
    return panel;
  }

  function tellIn(panel, text) {
    const line = document.createElement("p");
    line.textContent = text;
    panel.replaceChildren(line);
  }

  function cell(kind, text, small) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (small) made.appendChild(document.createElement("small")).textContent = small;
    return made;
  }

  function showIn(panel, { title = "", rows, recorded, now }) {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    head.append(cell("td", title), cell("th", say("recorded"), recorded), cell("th", say("now"), now));
    const body = table.createTBody();
    for (const row of rows) {
      const made = body.insertRow();
      made.append(cell("th", row.title), cell("td", row.recorded), cell("td", row.now));
    }
    panel.replaceChildren(table);
  }

  function clear() {
    running?.abort();
    running = null;
    for (const panel of document.querySelectorAll(".deck .slide-now")) panel.remove();
  }

  return {
    // Each is told every state of the deck, as the speaker's window is.
    followers: [],

    follow(told) {
      this.followers.push(told);
      this.tell();
    },

    // Tells them the present state; deck.js fills it, unless the deck is read as a scroll.
    tell() {},

    // What the deck can be asked for, by the names of keys.js; deck.js fills it.
    commands: {},

    offer(measurement) {
      offers.push(measurement);
    },

    // Why a slide's measurement is offered by nobody here.
    async otherwise() {
      throw new Error(say("unserved"));
    },

    hasOffers: () => offers.length > 0,

    clear,

    // Measure what the slide shows, if anything can; numbers that are shown already are put away. `changed` is called
    // whenever the panel is another.
    async measure(slide, changed) {
      const offer = offers.findLast(({ measures }) => measures(slide)) ??
        (slide.dataset.measure && { measure: this.otherwise });
      if (!offer || running) return;
      if (slide.querySelector(".slide-now table")) {
        clear();
        changed();
        return;
      }
      const panel = panelOn(slide);
      const mine = new AbortController();
      running = mine;
      const late = setTimeout(() => mine.abort(new Error(say("late"))), PATIENCE_MS);
      tellIn(panel, say("measuring"));
      changed();
      try {
        const left = new Promise((_, refuse) => {
          mine.signal.addEventListener("abort", () => refuse(mine.signal.reason));
        });
        const found = await Promise.race([offer.measure(slide, mine.signal), left]);
        if (found) showIn(panel, found);
        else panel.remove();
      } catch (error) {
        tellIn(panel, say("failed", { why: error.message }));
      }
      clearTimeout(late);
      if (running !== mine) return; // the slide was left
      running = null;
      changed();
    },
  };
})();
