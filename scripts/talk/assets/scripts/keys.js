// Keys of the deck and of the speaker's window: by their place on the keyboard, so that any layout will do, and none
// while one types. Clickers send Page Up and Page Down, some a full stop for a black screen and F5 to begin the show.
const shortcuts = (() => {
  const COMMANDS = {
    ArrowRight: "next", ArrowDown: "next", PageDown: "next", Space: "next", KeyN: "next",
    ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", KeyP: "previous",
    Home: "first", End: "last",
    KeyO: "overview", KeyG: "jump", KeyS: "speaker", KeyT: "timer", KeyE: "report", KeyR: "measure", KeyM: "machine", KeyF: "fullscreen",
    F5: "fullscreen",
    KeyB: "blackout", Period: "blackout", KeyZ: "freeze", KeyD: "backup", KeyL: "pointer", Minus: "smaller", Equal: "larger",
  };
  // Signs that lie elsewhere on other layouts.
  const SIGNS = { "?": "help", ".": "blackout" };
  const REPEATED = new Set(["next", "previous", "smaller", "larger"]);

  // What the element that has the focus does with the key itself.
  const isTyped = (target) =>
    target.isContentEditable || target.matches?.("textarea, select, input:not([type=range], [type=checkbox], [type=radio], [type=button])");
  const isOwn = (target, code) => {
    if (code === "Space" || code === "Enter") return target.closest?.("button, a[href], summary, input");
    return /^(Arrow|Home|End)/.test(code) && target.matches?.("input");
  };

  // A dialog that was closed keeps the focus until the page is drawn anew.
  const isGone = (target) => Boolean(target.closest?.("dialog:not([open])"));

  // Remotes and phones may tell no place.
  const placeOf = ({ code, key }) => {
    if (code) return code;
    if (key === " ") return "Space";
    return /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key;
  };

  // The name of what the key asks for; undefined where it asks for nothing.
  function commandOf(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return undefined;
    const place = placeOf(event);
    if (!isGone(event.target) && (isTyped(event.target) || isOwn(event.target, place))) return undefined;
    if (place === "Space" && event.shiftKey) return "previous";
    const name = SIGNS[event.key] ?? COMMANDS[place];
    return event.repeat && !REPEATED.has(name) ? undefined : name;
  }

  return { commandOf };
})();
