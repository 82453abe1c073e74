// What pictures that a reader moves have in common: numbers as the page writes them, and sliders, which keyboard, finger
// and screen reader can use.
const live = (() => {
  const written = (value, digits, least = 0) => value.toLocaleString("ru-RU", {
    maximumFractionDigits: digits, minimumFractionDigits: least, useGrouping: "min2",
  });
  const show = (value, digits = 1) => {
    const text = Math.abs(value) >= 1e6 ? "∞" : written(Math.abs(value), digits);
    return (value < 0 && text !== "0" ? "−" : "") + text;
  };
  // A positive number to three significant digits, or so many.
  const significant = (value, count = 3) => {
    const digits = Math.max(0, count - 1 - Math.floor(Math.log10(Number(value.toPrecision(count)) || 1)));
    return written(value, digits, digits);
  };
  // With the first of `units`, largest first, that it fills: { "мс": 0.001, … }.
  const quantity = (value, units) => {
    const rounded = Number(value.toPrecision(3));
    const [unit, size] = Object.entries(units).find(([, size]) => rounded >= size) ?? Object.entries(units).at(-1);
    return `${significant(value / size)}\u00a0${unit}`;
  };
  const share = (value) => `${written(100 * value, 0)}%`;
  const plural = (count, one, few, many) => {
    const [tens, ones] = [count % 100, count % 10];
    if (tens > 10 && tens < 20) return many;
    return ones === 1 ? one : ones > 1 && ones < 5 ? few : many;
  };
  const counted = (count, ...forms) => `${show(count, 0)}\u00a0${plural(count, ...forms)}`;
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  // Sliders by name; `change` is given what the reader has set, `show` what they are to stand at.
  const controls = (sliders, change) => {
    const element = document.createElement("div");
    element.className = "live-controls";
    const fields = {};
    for (const [name, { title, min, max, step = 0.01, value }] of Object.entries(sliders)) {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "range", min, max, step, value });
      input.setAttribute("value", value);
      const output = document.createElement("output");
      label.append(title, input, output); // a label names the first field in it, and an output is one too
      input.addEventListener("input", () => change({ [name]: Number(input.value) }));
      fields[name] = { input, output };
      element.append(label);
    }
    return {
      element,
      button(title, act) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
        button.addEventListener("click", act);
        element.append(button);
        return button;
      },
      focus() {
        element.querySelector("input").focus();
      },
      show(state) {
        for (const [name, { input, output }] of Object.entries(fields)) {
          const { digits = 2, said = (value) => show(value, digits) } = sliders[name];
          if (Number(input.value) !== state[name]) input.value = state[name];
          output.value = said(state[name]);
          input.setAttribute("aria-valuetext", output.value);
        }
      },
    };
  };

  return { clamp, controls, counted, plural, quantity, share, show, significant };
})();
