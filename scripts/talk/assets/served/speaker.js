// The speaker's window of a served talk: the code with which a phone becomes the clicker.
(() => {
  const known = JSON.parse(document.querySelector('meta[name="served"]').content);
  const words = JSON.parse(document.querySelector('meta[name="served-words"]').content);
  const AGAIN_MS = 1000;

  const make = (parent, name, text = "") => {
    const made = parent.appendChild(document.createElement(name));
    made.textContent = text;
    return made;
  };
  const button = (parent, text, press) => {
    const made = make(parent, "button", text);
    made.type = "button";
    made.addEventListener("click", press);
    return made;
  };

  make(
    document.head,
    "style",
    `.phone { width: min(34rem, 90vw); padding: 1.5rem 2rem; border: 0; background: var(--surface); color: var(--ink);
      box-shadow: 0 -0.5rem 0 var(--brand-1), 0 0 0 2px var(--line); }
    .phone::backdrop { background: #000c; }
    .phone h2 { color: inherit; white-space: normal; font-size: 2rem; }
    .phone p { margin: 0.75rem 0; }
    .phone svg { display: block; width: min(20rem, 50vh); margin: 1rem 0; }
    .phone .muted { color: var(--muted); font-size: 1rem; }
    .phone-open::before { content: ""; display: inline-block; width: 0.55em; height: 0.55em; margin-right: 0.5em;
      background: var(--muted); }
    .phone-open[data-phone="here"]::before { background: var(--chart-4); }
    .phone-open[data-phone="gone"]::before { background: var(--warn); }`,
  );

  const open = button(document.querySelector(".steps"), words.phone, () => panel.showModal());
  open.className = "phone-open";
  document.querySelector(".size").before(open);

  const panel = make(document.body, "dialog");
  panel.className = "phone";
  panel.setAttribute("aria-labelledby", "phone");
  make(panel, "h2", words.title).id = "phone";
  const code = make(panel, "div");
  const scan = make(panel, "p", words.scan);
  const once = make(panel, "p", words.once);
  once.className = "muted";
  const state = make(panel, "p");
  state.setAttribute("role", "status");
  const buttons = make(panel, "p");
  buttons.className = "buttons";
  button(buttons, words.close, () => panel.close());
  let wants = false;
  const another = button(buttons, words.another, () => {
    wants = true;
    look();
  });

  let shown = "";
  let wasOpened = false;
  function show({ phone, code: drawn }) {
    if (shown !== drawn) code.innerHTML = drawn; // the server's own drawing of squares
    shown = drawn;
    for (const part of [code, scan, once]) part.hidden = !drawn;
    another.hidden = Boolean(drawn);
    state.hidden = phone === "none";
    state.textContent = words[phone] ?? "";
    if (open.dataset.phone === "none" && phone === "here") panel.close();
    open.dataset.phone = phone;
    if (!wasOpened && phone === "none" && !document.querySelector(".speaker").hidden) {
      wasOpened = true;
      panel.showModal();
    }
  }

  let soon = 0;
  async function look() {
    clearTimeout(soon);
    try {
      const answer = await fetch("/.talk/phone", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Talk": known.token },
        body: JSON.stringify({ another: wants }),
      });
      if (answer.status === 403) {
        open.hidden = true;
        return;
      }
      wants = false;
      show(await answer.json());
    } catch {
      if (open.dataset.phone === "here") open.dataset.phone = "gone"; // the server starts anew, or has ended
    }
    soon = setTimeout(look, AGAIN_MS);
  }
  look();
})();
