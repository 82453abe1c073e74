// Where a number comes from, told a mouse by its `title`, is told a finger and a keyboard as well.
(() => {
  const TOLD = "main [title]:not(a, button, input, select, summary, svg *, .katex *)";
  const INSIDE = "a, button, label, summary";

  const tip = document.createElement("div");
  tip.className = "origin";
  tip.id = "origin";
  tip.popover = "manual";
  tip.role = "tooltip";
  document.querySelector("main").append(tip);
  let shown = null;

  const hide = () => {
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = null;
    tip.hidePopover();
  };

  const show = (element) => {
    if (shown === element) return;
    hide();
    shown = element;
    tip.textContent = element.title;
    element.setAttribute("aria-describedby", tip.id);
    tip.showPopover();
    place();
  };

  // Beside what it tells of, wherever that is scrolled.
  const place = () => {
    if (!shown) return;
    const at = shown.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const below = at.bottom + height < innerHeight;
    tip.style.left = `${Math.max(0, Math.min(at.left, document.documentElement.clientWidth - width))}px`;
    tip.style.top = `${below ? at.bottom : at.top - height}px`;
  };

  const told = (target) => target.closest?.(TOLD);
  document.addEventListener("focusin", ({ target }) => (told(target) ? show(told(target)) : hide()));
  document.addEventListener("focusout", hide);
  document.addEventListener("click", ({ target }) => (told(target) && !target.closest(INSIDE) ? show(told(target)) : hide()));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  document.addEventListener("slidechanged", hide);
  document.addEventListener("scroll", place, { capture: true, passive: true });

  // Figures of other machines come later: machines.js.
  const reach = () => {
    for (const element of document.querySelectorAll(`:is(${TOLD}):not([tabindex])`)) {
      if (!element.closest(INSIDE)) element.tabIndex = 0;
    }
  };
  reach();
  new MutationObserver(reach).observe(document.querySelector("main"), { childList: true, subtree: true });
})();
