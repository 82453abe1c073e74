// What pictures that a reader moves have in common: numbers as the page writes them, and sliders, which keyboard, finger
// and screen reader can use.
const live = (() => {
  const show = (value, digits = 1) => {
    const text = Math.abs(value) >= 1e6 ? "∞" : Math.abs(value).toLocaleString("ru-RU", { maximumFractionDigits: digits });
    return (value < 0 && text !== "0" ? "−" : "") + text;
  };
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
      },
      show(state) {
        for (const [name, { input, output }] of Object.entries(fields)) {
          const { digits = 2, said = (value) => show(value, digits) } = sliders[name];
          if (Number(input.value) !== state[name]) input.value = state[name];
          output.value = said(state[name]);
        }
      },
    };
  };

  return { clamp, controls, show };
})();
