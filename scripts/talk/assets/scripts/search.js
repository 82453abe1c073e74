// What answers the theme's search box, in place of the theme's own worker and by its messages. It finds words by their
// beginnings and with a typo, whatever marks stand over their letters, and identifiers by their parts. On a page that
// was opened from disk, where no worker may start, it runs in the page itself: disk.js.
const searching = (() => {
  const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;
  const IDENTIFIER = /[\p{L}\p{N}_]+(?:(?:[.:]{1,2}|-)[\p{L}_][\p{L}\p{N}_]*)*/gu;
  const PART = /\p{Lu}?[\p{Ll}\p{N}\p{M}]+|[\p{Lu}\p{N}]+(?!\p{Ll})|\p{L}+/gu;
  const AROUND = 60; // letters of an excerpt on each side of a word that was found
  const EXCERPTS = 3; // of a section
  const EVEN = { k: 1.2, b: 0, d: 0.5 }; // a section counts the same, however long it is

  const folded = (word) => word.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

  const isWord = (term) => /^\p{L}+$/u.test(term);
  // What a word begins with in every form, near enough; the shortest have no forms.
  const begun = (term) => (isWord(term) && term.length > 4 ? term.slice(0, term.length > 5 ? -2 : -1) : term);

  // Identifiers and words of the text, and their parts, with their places.
  function* tokens(text) {
    for (const { 0: whole, index } of text.matchAll(IDENTIFIER)) {
      yield { term: folded(whole), start: index, end: index + whole.length };
      const parts = [...whole.matchAll(PART)];
      if (parts.length < 2) continue;
      for (const part of parts) {
        yield { term: folded(part[0]), start: index + part.index, end: index + part.index + part[0].length };
      }
      // A member by its own name: slow_conv2d of aten::slow_conv2d, conv2d of slow_conv2d.
      for (const { index: at } of whole.matchAll(/(?<=[._:-])[\p{L}\p{N}]/gu)) {
        yield { term: folded(whole.slice(at)), start: index + at, end: index + whole.length };
      }
    }
  }

  const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt()};`);
  const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  const plain = (html) => html.replace(/<[^>]*>/g, " ").replace(/&(?:lt|gt|amp);/g, (found) => ENTITIES[found]);

  // The text as HTML with the words of `found` marked; each gets the index of its mark in `said`.
  const marked = (text, found, start = 0, end = text.length, said = new Set()) => {
    let html = "";
    let at = start;
    for (const token of tokens(text.slice(start, end))) {
      if (!found.has(token.term) || start + token.start < at) continue;
      const word = text.slice(start + token.start, start + token.end);
      said.add(word);
      html += `${escaped(text.slice(at, start + token.start))}<mark data-md-highlight>${escaped(word)}</mark>`;
      at = start + token.end;
    }
    return html + escaped(text.slice(at, end));
  };

  // Where the text says words of `found`, as paragraphs.
  const excerpts = (text, found, said) => {
    const places = [];
    for (const { term, start, end } of tokens(text)) {
      if (!found.has(term)) continue;
      const last = places.at(-1);
      if (last && start - last.end < 2 * AROUND) last.end = Math.max(last.end, end);
      else if (places.length < EXCERPTS) places.push({ start, end });
      else break;
    }
    return places
      .map(({ start, end }) => {
        const from = start > AROUND ? text.indexOf(" ", start - AROUND) + 1 || start : 0;
        const space = text.lastIndexOf(" ", end + AROUND);
        const to = end + AROUND < text.length && space > end ? space : text.length;
        const words = marked(text, found, Math.min(from, start), Math.max(Math.min(to, end + 2 * AROUND), end), said);
        return `<p>${from ? "… " : ""}${words}${to < text.length ? " …" : ""}</p>`;
      })
      .join("");
  };

  class Searching {
    constructor(docs) {
      this.docs = new Map(docs.map((doc) => [doc.location, { ...doc, title: plain(doc.title), text: plain(doc.text) }]));
      this.index = new MiniSearch({
        idField: "location",
        fields: ["title", "text"],
        // A page's own title and what the menu calls it often say the same, which counts once.
        extractField: (doc, field) => (field === "title" && doc.menu ? `${doc.title} ${doc.menu}` : doc[field]),
        tokenize: (text) => Array.from(tokens(text), ({ term }) => term),
        processTerm: (term) => term,
      });
      this.index.addAll([...this.docs.values()]);
    }

    // The theme wants pages, the best first, each as its sections, the best first, the page itself among them.
    answer(query) {
      const boost = { title: 8 };
      const boostDocument = (id) => this.docs.get(id).boost ?? 1; // `search: {boost: …}` of its page
      const forgiving = { boost, prefix: true, fuzzy: (term) => (isWord(term) && term.length > 4 ? 0.2 : false) };
      const ways = [{ boost, prefix: true, processTerm: begun }, forgiving, { ...forgiving, combineWith: "OR" }];
      let sections = [];
      for (const way of ways) {
        sections = this.index.search(query, { combineWith: "AND", bm25: EVEN, boostDocument, ...way });
        if (sections.length) break;
      }
      const pages = new Map();
      for (const { id, score, terms } of sections) {
        const page = id.split("#")[0];
        if (!pages.has(page)) pages.set(page, { page, score: 0, items: [] });
        const found = pages.get(page);
        found.score += score;
        found.items.push(this.item(id, score, new Set(terms)));
      }
      const ordered = [...pages.values()].sort((one, other) => other.score - one.score);
      return ordered.map(({ page, score, items }) => {
        // Enter leads to the highest score of all.
        const share = score / items[0].score;
        for (const item of items) item.score *= share;
        if (!items.some(({ location }) => location === page)) items.push(this.item(page, 0, new Set()));
        return items;
      });
    }

    item(location, score, found) {
      const doc = this.docs.get(location) ?? { location, title: location, text: "" };
      const said = new Set();
      const title = marked(doc.title, found, 0, doc.title.length, said);
      const text = excerpts(doc.text, found, said);
      return { ...doc, title, text, score, terms: Object.fromEntries([...said].map((word) => [word, true])) };
    }
  }

  let there;
  return ({ type, data }) => {
    if (type === SETUP) {
      there = new Searching(data.docs);
      return { type: READY };
    }
    return type === QUERY ? { type: RESULT, data: { items: there.answer(data) } } : null;
  };
})();

if (typeof document === "undefined") addEventListener("message", ({ data }) => postMessage(searching(data)));
