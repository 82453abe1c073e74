// The page's search is answered by search.js: the theme asks whatever worker its configuration names.
(() => {
  const { search } = document.currentScript.dataset;
  const config = document.getElementById("__config");
  if (search && config) config.textContent = JSON.stringify({ ...JSON.parse(config.textContent), search });
})();

// Names, for a screen reader, what Material leaves nameless or calls all the same.
(() => {
  document.querySelector(".md-search")?.setAttribute("aria-label", say("search"));

  // Material puts buttons on a block of code when it likes.
  const name = () => {
    document.querySelectorAll(".md-code__nav").forEach((nav, index) => {
      const label = say("code", { number: index + 1 });
      if (nav.getAttribute("aria-label") !== label) nav.setAttribute("aria-label", label);
    });
  };
  name();
  new MutationObserver(name).observe(document.querySelector("main"), { childList: true, subtree: true });
})();
