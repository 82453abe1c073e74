// Pictures of hardware that the reader moves (scenes.js): what a GPU waits for, and how a product lies in its memories.
(() => {
  const { counted, plural } = live;
  const { slab, stroke } = scenes;
  const times = (count) => counted(count, "раз", "раза", "раз");
  const lines = (count) => counted(count, "линия", "линии", "линий");

  const LINE = 64, NUMBER = 4, WARP = 32; // bytes, bytes, lanes

  scenes.add({
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
      keeps: true,
      point: (name) => {
        const [kind, at] = name.split("-");
        return kind === "number" ? { power: Math.floor(Math.log2(Math.max(1, Number(at)))) } : null;
      },
      draw: ({ power }, { light, carry, part, figure }) => {
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
        figure("lines", live.show(stride, 0), `${plural(stride, "линия", "линии", "линий")} на весь варп`);
        if (stride === 1) return `Соседи читают соседние числа: варпу хватило одной линии, все ${WARP * NUMBER}\u00a0Б пошли в дело.`;
        return (
          `Варпу нужно ${lines(stride)}, нарисована первая: из ${WARP * NUMBER}\u00a0Б пригодятся ${served * NUMBER}, ` +
          "а бледные дорожки ждут остальных линий."
        );
      },
    }),

    card: (parts, { tile, columns, rows: usual }) => {
      const count = Object.keys(parts).filter((name) => name.startsWith("sm-")).length;
      return {
        sliders: { rows: { title: "строк в матрице", min: 1, max: 640, step: 1, value: usual, digits: 0 } },
        hint: "Наведите на мультипроцессор: столько строк нужно, чтобы работа дошла и до него.",
        point: (name) => ({ rows: tile * Math.ceil((Number(name.split("-")[1]) + 1) / columns) }),
        draw: ({ rows }, { light, figure }) => {
          const tiles = columns * Math.ceil(rows / tile);
          const last = tiles % count || count;
          for (let at = 0; at < Math.min(tiles, count); at += 1) light(`sm-${at}`, tiles > count && at < last ? 3 : 1);
          figure("tiles", live.show(tiles, 0), `${plural(tiles, "плитка", "плитки", "плиток")} в матрице`);
          const spare = Math.max(0, count - tiles);
          figure("idle", live.show(spare, 0), `${plural(spare, "процессор", "процессора", "процессоров")} без дела`);
          const said = `${counted(rows, "строка", "строки", "строк")} — ${counted(tiles, "плитка", "плитки", "плиток")}`;
          const idle = counted(count - tiles, "мультипроцессор стоит", "мультипроцессора стоят", "мультипроцессоров стоят");
          if (tiles < count) return `${said}: ${idle}.`;
          if (tiles === count) return `${said}: заняты все.`;
          return `${said}, заходов ${Math.ceil(tiles / count)}: в последнем работают ${last} из ${count}.`;
        },
      };
    },

    launches: (parts, { launch, kernel, count, scale, top, high, units }) => {
      const left = 4, end = left + scale * Math.max(count * launch + kernel, launch + count * kernel);
      const time = (seconds) => live.quantity(seconds, units.time);
      return {
        sliders: {
          power: {
            title: "во сколько раз длиннее ядро", min: -2, max: 4, step: 0.05, value: 0,
            said: (power) => `×${live.significant(2 ** power)}`,
          },
        },
        hint: "Ведите по нижнему ряду: первое ядро кончится там, где указатель.",
        along: ({ x, y }) => {
          const length = (x - left) / scale - launch;
          return y > top - 20 && y < top + high + 20 && length > 0 ? { power: Math.log2(length / kernel) } : null;
        },
        draw: ({ power }, { put, figure }) => {
          const length = kernel * 2 ** power, idle = Math.max(0, 1 - length / launch);
          const shapes = [];
          let free = 0;
          for (let at = 0; at < count && left + free * scale < end; at += 1) {
            const begin = Math.max((at + 1) * launch, free);
            const [from, to] = [left + begin * scale, Math.min(left + (begin + length) * scale, end)];
            if (begin > free) shapes.push(slab([left + free * scale, top], [(begin - free) * scale - 2, high], 4, "waiting"));
            shapes.push(slab([from, top], [to - from - 2, high], 3, "lit"));
            free = begin + length;
          }
          put(...shapes);
          const [long, unit] = time(length).split("\u00a0");
          figure("kernel", long, `${unit}, ядро`);
          figure("idle", live.share(idle), "от запуска до запуска карта ждёт");
          const said = `На запуск уходит ${time(launch)}, на ядро ${time(length)}`;
          return idle
            ? `${said}: карта ждёт. Не ждала бы при ядре ×${live.significant(launch / kernel)} от измеренного.`
            : `${said}: зазоров нет, CPU готовит запуски впрок.`;
        },
      };
    },

    ladder: (parts, { boxes, widths, units }) => {
      const MATRICES = 3, least = 4, most = 14; // of 16 to 16 384 rows
      const bytes = (size) => live.quantity(size, units.bytes);
      const reading = (power) => MATRICES * NUMBER * 4 ** power;
      const home = (size) => boxes.findIndex((box, at) => at > 0 && box.bytes >= size);
      return {
        sliders: {
          power: {
            title: "сторона трёх матриц", min: least, max: most, step: 1, value: 10,
            said: (power) => live.show(2 ** power, 0),
          },
        },
        hint: "Наведите на этаж: в него войдут такие три матрицы.",
        point: (name) => {
          const { bytes: size } = boxes[Number(name.split("-")[1])];
          return { power: Math.floor(Math.log2(size / MATRICES / NUMBER) / 2) };
        },
        draw: ({ power }, { put, part, figure }) => {
          const size = reading(power), at = home(size), side = live.show(2 ** power, 0);
          put(...boxes.slice(0, at + 1).map((box, row) => {
            const { x, y, width, height } = part(`box-${row}`);
            // As wide as a box of so many bytes would be.
            const wide = widths.from + (widths.more * Math.log(size / widths.least)) / Math.log(widths.most / widths.least);
            const filled = [Math.min(width.baseVal.value, wide), height.baseVal.value];
            return slab([x.baseVal.value, y.baseVal.value], filled, 1, row === at ? "lit" : "");
          }));
          const { title, rate } = boxes[at];
          const missed = boxes.slice(1, at).map((box) => box.title);
          const outgrown = missed.length ? `переросли ${missed.join(", ").replace(/, (?=[^,]*$)/, " и ")}, ` : "";
          const said = `Три матрицы ${side}\u00a0×\u00a0${side}, ${bytes(size)}: ${outgrown}их дом — ${title}.`;
          if (!rate) return said;
          const time = live.quantity(size / rate, units.time);
          const [amount, unit] = bytes(size).split("\u00a0"), [long, second] = time.split("\u00a0");
          figure("l1", amount, `${unit}, три матрицы`);
          figure("memory", long, `${second}, прочесть их по разу`);
          return `${said} Прочесть их по разу одному потоку — ${time}, дорога ${live.quantity(rate, units.byte_rate)}.`;
        },
      };
    },

    roofs: (parts, { cpu, gpu, together, across, up, units }) => {
      const rate = (value) => live.quantity(value, units.flop_rate);
      const on = (value, { from, to, least, most }) => from + (Math.log(value / least) / Math.log(most / least)) * (to - from);
      const [least, most] = [across.least, across.most].map(Math.log2);
      return {
        sliders: {
          power: {
            title: "ФЛОП на привезённый байт", min: least, max: most, step: (most - least) / 240, value: Math.log2(10),
            said: (power) => live.significant(2 ** power),
          },
        },
        hint: "Ведите по крышам: видно, сколько под ними выйдет и что держит.",
        keeps: true,
        along: ({ x }) => ({ power: least + ((x - across.from) / (across.to - across.from)) * (most - least) }),
        draw: ({ power }, { put, figure }) => {
          const intensity = 2 ** power, x = on(intensity, across);
          const shapes = [slab([x - 6, up.from - 6], [12, 12], 5, "lit")], ends = [];
          const reached = [["cpu", "CPU", cpu, 1], ["gpu", "GPU", gpu, 3]].map(([name, title, { peak, memory }, tone]) => {
            const attained = Math.min(peak, intensity * memory), y = on(attained, up);
            const held = attained < peak ? "держит память" : "держит арифметика";
            shapes.push(slab([x - 9, y - 9], [18, 18], tone, "lit"));
            ends.push([x, y]);
            const [amount, unit] = rate(attained).split("\u00a0");
            figure(name, amount, `${unit} ${title}, ${held}`);
            return { attained, said: `${title} — ${rate(attained)}, ${held}` };
          });
          put(stroke(ends, 5), ...shapes);
          const ratio = together ? ` У GPU ×${live.significant(reached[1].attained / reached[0].attained)}.` : "";
          return `${live.significant(intensity)} ФЛОП на байт: ${reached.map(({ said }) => said).join("; ")}.${ratio}`;
        },
      };
    },
  });
})();
