// What scripts say, in the page's language. The page holds the words: talk/words/, filled in by the build.
const words = JSON.parse(document.querySelector('meta[name="words"]').content);

// The words by their key, with their holes, `{step}`, filled.
const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => holes[name]);
