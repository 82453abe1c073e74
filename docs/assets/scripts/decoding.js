// Pictures of decoding that the reader moves (scenes.js).
(() => {
  scenes.add({
    blank: (parts, { spoken, blank, at: usual }) => {
      const read = (said) => [...said].filter((letter, at) => letter !== said[at - 1] && letter !== blank).join("");
      return {
        sliders: { at: { title: "где пустой знак", min: 1, max: spoken.length + 1, step: 1, value: usual + 1, digits: 0 } },
        hint: "Наведите на кадр: пустой знак встанет туда.",
        keeps: true,
        point: (name) => (name === "read" ? null : { at: Number(name.split("-")[1]) + 1 }),
        draw: ({ at }, { part }) => {
          const said = `${spoken.slice(0, at - 1)}${blank}${spoken.slice(at - 1)}`;
          [...said].forEach((letter, frame) => {
            const kept = letter !== blank && letter !== said[frame - 1];
            part(`cell-${frame}`).classList.toggle("lit", kept);
            part(`letter-${frame}`).classList.toggle("on", kept);
            part(`letter-${frame}`).textContent = letter;
          });
          part("read").textContent = `«${read(said)}»`;
          const parted = read(said) !== read(spoken);
          const why = parted ? "пустой знак стоит между двумя «н», и они не слились" : "все «н» стоят подряд и слились в одну";
          return `«${said}» читается «${read(said)}»: ${why}.`;
        },
      };
    },

    beam: (parts, { drawn, words, said, top, down }) => ({
      sliders: { width: { title: "ширина луча", min: 1, max: drawn.length, step: 1, value: drawn.length, digits: 0 } },
      hint: "Наведите на строку: в луче останется столько начал.",
      along: ({ y }) => (y > top ? { width: 1 + Math.floor((y - top) / down) } : null),
      draw: ({ width }, { put, figure }) => {
        const svg = `<svg xmlns="http://www.w3.org/2000/svg">${drawn[width - 1]}</svg>`;
        put(...new DOMParser().parseFromString(svg, "image/svg+xml").documentElement.children);
        figure("width", live.show(width, 0), words[width - 1]);
        return said[width - 1];
      },
    }),
  });
})();
