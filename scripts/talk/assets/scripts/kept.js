// What this browser keeps, by the talk's address: other talks of the same origin, and other files on disk, keep theirs.
// Where storage is denied, everything lasts as long as the page.
const kept = (() => {
  const [talk] = document.currentScript.src.split("assets/generated/");
  const key = (name) => `${talk} ${name}`;

  // `store`: sessionStorage for what is one tab's own.
  return {
    read(name, store = "localStorage") {
      try {
        return window[store].getItem(key(name));
      } catch {
        return null;
      }
    },

    write(name, value, store = "localStorage") {
      try {
        window[store].setItem(key(name), value);
      } catch {
        // It is denied, or full.
      }
    },

    forget(name, store = "localStorage") {
      try {
        window[store].removeItem(key(name));
      } catch {
        // It is denied.
      }
    },
  };
})();
