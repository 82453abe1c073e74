// The search index is the heaviest thing that the theme asks for, on every page and at once, and few readers search: it
// is fetched when the reader reaches for the search. Who comes by `?q` or from what was found, by `?h`, is at it already.
(() => {
  const INDEX = /\/search(\/search_index)?\.json$/; // Zensical's, Material's
  const asked = new URLSearchParams(location.search);
  if (asked.has("q") || asked.has("h") || document.querySelector(".md-search :focus, #__search:checked")) return;

  // The theme's keys give focus to the field, or click on Zensical's button.
  const reached = new Promise((resolve) => {
    const reach = ({ target }) => {
      if (target.closest?.('.md-search, [for="__search"]')) resolve();
    };
    for (const event of ["focusin", "click"]) addEventListener(event, reach, true);
  });

  window.XMLHttpRequest = class extends XMLHttpRequest {
    open(method, url, ...rest) {
      this.late = INDEX.test(url);
      super.open(method, url, ...rest);
    }

    send(body) {
      if (this.late) reached.then(() => super.send(body));
      else super.send(body);
    }
  };

  // Zensical listens to this key only once its index is here.
  const open = (event) => {
    const button = document.querySelector(".md-search__button");
    if (!button || event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    button.click();
  };
  addEventListener("keydown", open);
  reached.then(() => removeEventListener("keydown", open));
})();
