// Pictures of hardware on the slides of an article, moved by the reader: by pointing at their parts, and by sliders under
// the slide. Until then, without scripts, on paper and in the deck they are what was drawn: all their steps.
(() => {
  const plural = (count, one, few, many) => {
    const [tens, ones] = [count % 100, count % 10];
    if (tens > 10 && tens < 20) return many;
    return ones === 1 ? one : ones > 1 && ones < 5 ? few : many;
  };
  const counted = (count, ...forms) => `${live.show(count, 0)}\u00a0${plural(count, ...forms)}`;
  const times = (count) => counted(count, "раз", "раза", "раз");
  const lines = (count) => counted(count, "линия", "линии", "линий");

  const LINE = 64, NUMBER = 4, WARP = 32; // bytes, bytes, lanes

  // Of each picture: its sliders, what pointing at a part sets, and what is seen then. `draw` may `light` parts in a colour
  // of the theme, `carry` those that come along unasked, and take a `part`; it returns the sentence under the slide.
  const pictures = {
    lines: () => ({
      sliders: { count: { title: "сколько чисел прочитать", min: 1, max: 8, step: 1, value: 4, digits: 0 } },
      hint: "Наведите на клетку: обход прочтёт всё до неё.",
      point: (name) => {
        const [kind, row, column] = name.split("-");
        return kind === "down"
          ? { count: Number(row) + 1, column: Number(column) }
          : { count: Number(column) + 1, row: Number(row) };
      },
      draw: ({ count, column = 5, row = 3 }, { light, carry }) => {
        for (let line = 0; line < count; line += 1) {
          for (let at = 0; at < 16; at += 1) (at === column ? light : carry)(`down-${line}-${at}`, 1);
        }
        for (let at = 0; at < 16; at += 1) (at < count ? light : carry)(`along-${row}-${at}`, 4);
        const down = `По столбцу — ${lines(count)}: привезли ${LINE * count}\u00a0Б ради ${NUMBER * count}.`;
        const along = `По строке — ${lines(1)}, ${LINE}\u00a0Б`;
        return `${down} ${along}${count > 1 ? `: в ${times(count)} меньше дороги за те же числа` : ""}.`;
      },
    }),

    tile: (parts) => {
      const count = (kind) => Object.keys(parts).filter((name) => name.startsWith(kind)).length;
      const [rows, vectors] = [count("a-"), count("b-")];
      return {
        sliders: {
          row: { title: "число A", min: 1, max: rows, step: 1, value: 1, digits: 0 },
          vector: { title: "вектор B", min: 1, max: vectors, step: 1, value: 1, digits: 0 },
        },
        hint: "Наведите на регистр плитки: видно, какое число A и какой вектор B его кормят.",
        point: (name) => {
          const [kind, one, other] = name.split("-");
          if (kind === "a") return { row: Number(one) + 1 };
          if (kind === "b") return { vector: Number(one) + 1 };
          return { row: Number(one) + 1, vector: Number(other) + 1 };
        },
        draw: ({ row, vector }, { light, carry }) => {
          light(`a-${row - 1}`, 1);
          light(`b-${vector - 1}`, 3);
          for (let at = 0; at < vectors; at += 1) carry(`c-${row - 1}-${at}`, 1);
          for (let at = 0; at < rows; at += 1) carry(`c-${at}-${vector - 1}`, 3);
          light(`c-${row - 1}-${vector - 1}`, 4);
          return (
            `В регистре ${row}, ${vector} копится A[${row}]\u00a0·\u00a0B[${vector}]. Прочитанное число A отработает ` +
            `${times(vectors)}, вектор B — ${times(rows)}, а C из регистров не выходит.`
          );
        },
      };
    },

    warp: () => ({
      sliders: {
        power: {
          title: "через сколько чисел читают соседние дорожки", min: 0, max: 5, step: 1, value: 0,
          said: (power) => live.show(2 ** power, 0),
        },
      },
      hint: "Наведите на число, которое прочтёт вторая дорожка.",
      point: (name) => {
        const [kind, at] = name.split("-");
        return kind === "number" ? { power: Math.floor(Math.log2(Math.max(1, Number(at)))) } : null;
      },
      draw: ({ power }, { light, carry, part }) => {
        const stride = 2 ** power, served = WARP / stride;
        const middle = (name) => part(name).x.baseVal.value + part(name).width.baseVal.value / 2;
        for (let at = 0; at < WARP; at += 1) {
          const ray = part(`ray-${at}`);
          ray.style.display = at < served ? "" : "none";
          (at < served ? light : carry)(`lane-${at}`, 4);
          (at % stride === 0 ? light : carry)(`number-${at}`, 3);
          if (at >= served) continue;
          const [, top, bottom] = ray.getAttribute("d").match(/^M\S+ (\S+)L\S+ (\S+)$/);
          ray.setAttribute("d", `M${middle(`lane-${at}`)} ${top}L${middle(`number-${at * stride}`)} ${bottom}`);
        }
        if (stride === 1) return `Соседи читают соседние числа: варпу хватило одной линии, все ${WARP * NUMBER}\u00a0Б пошли в дело.`;
        return (
          `Варпу нужно ${lines(stride)}, нарисована первая: из ${WARP * NUMBER}\u00a0Б пригодятся ${served * NUMBER}, ` +
          "а бледные дорожки ждут остальных линий."
        );
      },
    }),

    card: (parts, tile, columns, usual) => {
      const count = Object.keys(parts).length;
      return {
        sliders: { rows: { title: "строк в матрице", min: 1, max: 640, step: 1, value: Number(usual), digits: 0 } },
        hint: "Наведите на мультипроцессор: столько строк нужно, чтобы работа дошла и до него.",
        point: (name) => ({ rows: tile * Math.ceil((Number(name.split("-")[1]) + 1) / columns) }),
        draw: ({ rows }, { light }) => {
          const tiles = columns * Math.ceil(rows / tile);
          const last = tiles % count || count;
          for (let at = 0; at < Math.min(tiles, count); at += 1) light(`sm-${at}`, tiles > count && at < last ? 3 : 1);
          const said = `${counted(rows, "строка", "строки", "строк")} — ${counted(tiles, "плитка", "плитки", "плиток")}`;
          const idle = counted(count - tiles, "мультипроцессор стоит", "мультипроцессора стоят", "мультипроцессоров стоят");
          if (tiles < count) return `${said}: ${idle}.`;
          if (tiles === count) return `${said}: заняты все.`;
          return `${said}, заходов ${Math.ceil(tiles / count)}: в последнем работают ${last} из ${count}.`;
        },
      };
    },

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
  };

  const start = (scene) => {
    const svg = scene.querySelector("svg");
    const parts = Object.fromEntries([...svg.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    const [kind, ...facts] = scene.dataset.play.split(" ");
    const { sliders, hint, point, along, draw } = pictures[kind](parts, ...facts);
    const state = Object.fromEntries(Object.entries(sliders).map(([name, { value }]) => [name, value ?? 0]));
    const said = Object.assign(document.createElement("output"), { className: "live-answer", value: hint });

    const put = (kind) => (name, tone) => {
      parts[name]?.classList.add(kind);
      parts[name]?.style.setProperty("--tone", `var(--chart-${tone})`);
    };
    let asked = 0;
    const update = (changes) => {
      for (const [name, value] of Object.entries(changes)) {
        state[name] = sliders[name] ? live.clamp(value, sliders[name].min, sliders[name].max) : value;
      }
      // However fast the pointer moves, the picture is drawn once a frame.
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        scene.classList.add("playing");
        for (const part of Object.values(parts)) part.classList.remove("picked", "carried");
        said.value = draw(state, { light: put("picked"), carry: put("carried"), part: (name) => parts[name] });
        controls.show(state);
      });
    };
    const controls = live.controls(sliders, update);
    controls.show(state);
    // A slide is dark in any scheme: what moves its picture stands after it.
    (scene.closest(".slide") ?? scene.closest("figure")).after(controls.element, said);

    // Of several machines' pictures one is shown, with what moves it.
    new ResizeObserver(() => {
      const display = scene.getClientRects().length ? "" : "none";
      for (const each of [controls.element, said]) each.style.display = display;
    }).observe(scene);

    // A mouse points by being there, a finger by touching and by moving aside: up and down it scrolls the page.
    const pointed = ({ clientX, clientY }) => {
      if (along) return along(new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse()));
      const name = document.elementFromPoint(clientX, clientY)?.closest("[data-part]")?.dataset.part;
      return name in parts ? point(name) : null;
    };
    for (const event of ["pointerdown", "pointermove"]) {
      svg.addEventListener(event, (moved) => {
        const changes = pointed(moved);
        if (changes) update(changes);
      });
    }
  };

  for (const scene of document.querySelectorAll("article .scene[data-play]")) start(scene);
})();
