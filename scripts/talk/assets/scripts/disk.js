// A page that was opened from disk: links to folders lead to their pages, and search, which has no worker there, is
// answered in the page itself.
(() => {
  if (location.protocol !== "file:") return;

  const mend = () => {
    for (const link of document.querySelectorAll("a[href]")) {
      const url = new URL(link.getAttribute("href"), document.baseURI);
      if (url.protocol !== "file:" || !url.pathname.endsWith("/")) continue;
      url.pathname += "index.html";
      link.setAttribute("href", url);
    }
  };
  mend();
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const script = document.createElement("script");
      script.src = url;
      this.ready = new Promise((resolve) => script.addEventListener("load", resolve));
      document.head.append(script);
    }

    async postMessage(message) {
      await this.ready;
      const data = searching(message);
      if (data) this.dispatchEvent(new MessageEvent("message", { data }));
    }

    terminate() {}
  };
})();
