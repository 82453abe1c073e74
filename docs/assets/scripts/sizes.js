// The size of matrices that the reader picked in one figure is picked in every other, and kept from page to page.
// Which panel is seen is told by style sheets alone: without this script the choice still works, figure by figure.
(() => {
  const KEPT = "matmul-size";

  const pick = (size, among = document) => {
    for (const input of among.querySelectorAll(`fieldset.sizes input[value="${CSS.escape(size)}"]`)) input.checked = true;
  };

  document.addEventListener("change", ({ target }) => {
    if (!target.matches("fieldset.sizes input")) return;
    pick(target.value);
    kept.write(KEPT, target.value);
  });

  const size = kept.read(KEPT);
  if (!size) return;
  pick(size);
  // A figure of another machine comes when it is asked for.
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof Element) pick(kept.read(KEPT), node);
    }
  }).observe(document.body, { childList: true, subtree: true });
})();
