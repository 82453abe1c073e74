// Pictures of the backward pass that the reader moves (scenes.js).
(() => {
  const { slab, stroke } = scenes;
  const { counted } = live;

  scenes.add({
    chain: (parts) => {
      const from = parts["moved-0"].x.baseVal.value, unit = parts["moved-0"].width.baseVal.value;
      const gap = parts["said-0"].x.baseVal[0].value - from - unit;
      const FACTORS = [1, 3, 6];
      return {
        sliders: { nudge: { title: "толчок x", min: 0, max: 1.15, step: 0.05, value: 1 } },
        hint: "Ведите по любой из трёх прямых.",
        // What has moved on a line ends where the pointer is.
        along: ({ x, y }) => {
          const row = FACTORS.findIndex((_, at) => Math.abs(y - parts[`moved-${at}`].y.baseVal.value - 8) < 60);
          return row < 0 ? null : { nudge: Math.round(20 * ((x - from) / unit / FACTORS[row])) / 20 };
        },
        draw: ({ nudge }, { part }) => {
          FACTORS.forEach((factor, row) => {
            const moved = nudge * factor * unit;
            part(`moved-${row}`).setAttribute("width", Math.max(2, moved));
            part(`said-${row}`).setAttribute("x", from + Math.max(20, moved) + gap);
            part(`said-${row}`).textContent = `+${live.show(nudge * factor, 2)}`;
          });
          const [x, u, loss] = FACTORS.map((factor) => live.show(nudge * factor, 2));
          return `x\u00a0+\u00a0${x}, u\u00a0+\u00a0${u}, L\u00a0+\u00a0${loss}: толчок любой, множители звеньев те же.`;
        },
      };
    },

    products: (parts, { products, gap }) => {
      const names = [["Y", "X", "W"], ["dX", "G", "Wᵀ"], ["dW", "Xᵀ", "G"]];
      const square = ({ place: [left, top], cell }, row, column, tone) =>
        slab([left + column * cell, top + row * cell], [cell - gap, cell - gap], tone, "lit");
      const made = products.flatMap(([, , { shape: [rows, columns] }], which) =>
        Array.from({ length: rows * columns }, (_, at) => ({ which, row: Math.floor(at / columns), column: at % columns })),
      );
      const called = ({ which, row, column }) => `${names[which][0]}[${row + 1},\u00a0${column + 1}]`;
      return {
        sliders: {
          at: { title: "какое число", min: 1, max: made.length, step: 1, value: 1, said: (at) => called(made[at - 1]) },
        },
        hint: "Наведите на число произведения: видно, из чего оно сложено.",
        // A finger is wider than a number: the nearest is meant.
        along: ({ x, y }) => {
          const away = made.map(({ which, row, column }) => {
            const { place: [left, top], cell } = products[which][2];
            return Math.hypot(left + (column + 0.5) * cell - x, top + (row + 0.5) * cell - y);
          });
          const least = Math.min(...away);
          return least < 200 ? { at: 1 + away.indexOf(least) } : null;
        },
        draw: ({ at }, { put }) => {
          const chosen = made[at - 1], { which, row, column } = chosen;
          const [left, right, product] = products[which], [rows, terms] = left.shape, columns = right.shape[1];
          const shapes = [square(product, row, column, 2)];
          for (let term = 0; term < terms; term += 1) {
            shapes.push(square(left, row, term, 4), square(right, term, column, 5));
          }
          put(...shapes);
          const [, from, by] = names[which];
          const sum = counted(terms, "слагаемое", "слагаемых", "слагаемых");
          const whole = `${rows}\u00a0×\u00a0${columns}\u00a0×\u00a0${terms}\u00a0=\u00a0${rows * columns * terms}`;
          return (
            `${called(chosen)} — строка ${row + 1} из ${from} на столбец ${column + 1} из ${by}, ${sum}. ` +
            `Всего умножений ${whole}: во всех трёх поровну.`
          );
        },
        keeps: true,
      };
    },

    memory: (parts, { layers, kept, layer, scale, corner, back: [start, end], units }) => {
      const bytes = (size) => live.quantity(size, units.bytes);
      const tooth = (end - start) / layers;
      const top = (segment) => kept * Math.ceil(layers / segment) + layer * segment;
      const all = Array.from({ length: layers }, (_, at) => at + 1);
      const best = all.reduce((one, other) => (top(other) < top(one) ? other : one));
      return {
        sliders: { segment: { title: "слоёв в зубе", min: 1, max: layers, step: 1, value: 1, digits: 0 } },
        hint: "Ведите по пиле: первый зуб кончится там, где указатель.",
        along: ({ x }) => (x > start ? { segment: Math.max(1, Math.round((x - start) / tooth)) } : null),
        draw: ({ segment }, { put, figure }) => {
          const [left, bottom] = corner, at = (x, size) => [x, bottom - size * scale];
          const inputs = Math.ceil(layers / segment);
          const saw = [at(left, 0), at(start, kept * inputs)];
          for (let one = 0; one < inputs; one += 1) {
            const from = one * segment, to = Math.min(from + segment, layers);
            const x = start + from * tooth, remembered = kept * (inputs - one);
            saw.push(at(x + ((to - from) * tooth) / 3, remembered + layer * (to - from)));
            saw.push(at(start + to * tooth, remembered - kept));
          }
          put(stroke(saw, 4));
          const [amount, unit] = bytes(top(segment)).split("\u00a0");
          figure("peak", amount, `${unit} в вершине`);
          const advice =
            segment === best
              ? "Ниже вершина не станет."
              : `Ниже всего вершина, ${bytes(top(best))}, когда в зубе ${counted(best, "слой", "слоя", "слоёв")}.`;
          return (
            `Помним ${counted(inputs, "вход", "входа", "входов")}, ${bytes(kept * inputs)}, и ленту одного зуба, ` +
            `${bytes(layer * segment)}; проход вперёд по-прежнему один лишний. ${advice}`
          );
        },
      };
    },
  });
})();
