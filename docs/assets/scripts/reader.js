// «Измерьте у себя»: shows the panels, and loads all the rest when a reader presses the button, or has measured before.
const reader = (() => {
  const KEPT = "reader-machine";
  const here = new URL("reader/", document.currentScript.src);
  const PARTS = "says story panel overlay chapters ../../generated/scripts/judge machine".split(" ");
  let asked = null;
  let loaded = false;

  const script = (src) => new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement("script"), { async: false, src, onload, onerror }));
  });

  // Everything that measures nothing yet.
  const load = () => {
    asked ??= (async () => {
      const href = new URL("reader.css", here);
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
      await Promise.all(PARTS.map((part) => script(new URL(`${part}.js`, here))));
      loaded = true; // the panels' buttons are theirs from now on
    })();
    asked.catch(() => { asked = null; });
    return asked;
  };

  // What this browser found before, with the name that its reader gave: `{ data, name, at }`; null where there is none.
  const read = () => {
    try {
      const found = JSON.parse(kept.read(KEPT));
      return Array.isArray(found?.data?.steps) ? found : null;
    } catch {
      return null;
    }
  };

  const panels = [...document.querySelectorAll(".reader")];
  for (const panel of panels) {
    const button = panel.querySelector("button");
    const told = panel.querySelector("[role=status]");
    panel.hidden = false;
    button.addEventListener("click", async () => {
      if (loaded) return;
      try {
        await load();
        readerPanel.start(panel);
      } catch {
        told.textContent = "Измеритель не загрузился. Обновите страницу и попробуйте ещё раз.";
      }
    });
  }
  if (read()) load().then(() => readerPanel.restore(), () => {});

  return { KEPT, here, panels, read, script };
})();
