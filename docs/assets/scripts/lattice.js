// The two tables of /algorithms/ for the reader's own words: CTC's lattice, frame by frame, and the edit distance.
// Each is a still SVG that stands by itself (scripts/experiments/algorithms/render/lattices.py); here it is drawn anew.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const COLUMN = 70, ROW = 46, LEFT = 44, TOP = 42, WIDTH = 54, HEIGHT = 32;
  const SMALLEST = 0.62; // of its own units in pixels; a wider table scrolls
  const BLANK = "·", TOKENS = `${BLANK} абвгдеёжзийклмнопрстуфхцчшщъыьэюя`, LEAK = 0.02, SPREAD = 0.55;

  const number = (value, digits = 2) => value.toLocaleString("ru-RU", { maximumSignificantDigits: digits });
  const whole = (value) => value.toLocaleString("ru-RU", { useGrouping: "min2" });
  const powers = (value) => [...String(value)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
  // Below a millionth a reader wants the power of ten.
  const chance = (value) => {
    if (value >= 1e-6) return number(value);
    const power = Math.floor(Math.log10(value));
    return `${number(value / 10 ** power)} · 10⁻${powers(-power)}`;
  };
  const at = (row, column) => [LEFT + (column + 0.5) * COLUMN, TOP + (row + 0.5) * ROW];

  const element = (name, attributes, words) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (words !== undefined) made.textContent = words;
    return made;
  };
  const label = ([x, y], words, anchor = "middle", kind = "") =>
    element("text", { class: `label ${kind}`.trim(), x, y, "text-anchor": anchor }, words);
  // A line between two cells, from box to box.
  const edge = (from, to, kind) => {
    const [x, y] = at(...from), [toX, toY] = at(...to);
    const across = to[1] > from[1] ? WIDTH / 2 : 0, down = to[0] > from[0] ? HEIGHT / 2 : 0;
    return element("path", { class: kind, d: `M${x + across} ${y + down}L${toX - across} ${toY - down}` });
  };

  const frame = (row, column, kind) => {
    const [x, y] = at(row, column);
    return element("rect", { class: `cell ${kind}`.trim(), x: x - WIDTH / 2, y: y - HEIGHT / 2, width: WIDTH, height: HEIGHT });
  };
  const cell = (row, column, words, share, kind = "") => {
    const [x, y] = at(row, column);
    const box = frame(row, column, kind);
    box.style.setProperty("--share", (8 + 50 * share).toFixed(0));
    return [box, label([x, y + 7], words)];
  };
  const heads = (rows, columns) => [
    ...rows.map((words, row) => label([LEFT - 14, at(row, 0)[1] + 8], words === " " && row ? "␣" : words, "end", "head")),
    ...columns.map((words, column) => label([at(0, column)[0], 26], words === " " && column ? "␣" : words, "middle", "head")),
  ];
  const route = (cells) => [
    ...cells.slice(1).map((place, index) => edge(cells[index], place, "best")),
    ...cells.map((place) => frame(...place, "best")),
  ];

  const show = (figure, rows, columns, parts, told) => {
    const svg = figure.querySelector("svg");
    const width = LEFT + columns * COLUMN;
    svg.setAttribute("viewBox", `0 0 ${width} ${TOP + rows * ROW}`);
    svg.setAttribute("aria-label", told);
    svg.style.minWidth = `${width * SMALLEST}px`;
    svg.replaceChildren(svg.querySelector("title"), ...parts);
  };

  const heard = (word, frames) => {
    const states = [BLANK, ...[...word].flatMap((letter) => [letter, BLANK])];
    return Array.from({ length: frames }, (_, t) => {
      const place = ((t + 0.5) / frames) * states.length - 0.5;
      const weights = states.map((_, s) => Math.exp(-SPREAD * (s - place) ** 2));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const said = new Map([...TOKENS].map((token) => [token, LEAK / TOKENS.length]));
      states.forEach((token, s) => said.set(token, (said.get(token) ?? 0) + ((1 - LEAK) * weights[s]) / total));
      return said;
    });
  };

  const ctc = (word, outputs) => {
    const states = [BLANK, ...[...word].flatMap((letter) => [letter, BLANK])];
    const p = outputs.map((said) => states.map((token) => said.get(token) ?? 0));
    const sources = states.map((token, s) =>
      [s, s - 1, s >= 2 && token !== BLANK && token !== states[s - 2] ? s - 2 : -1].filter((from) => from >= 0),
    );
    const first = states.map((_, s) => (s < 2 ? p[0][s] : 0));
    const sums = [first], best = [first], ways = [states.map((_, s) => (s < 2 ? 1n : 0n))], cameFrom = [[]];
    for (let t = 1; t < p.length; t++) {
      const likeliest = sources.map((from) => from.reduce((one, other) => (best[t - 1][other] > best[t - 1][one] ? other : one)));
      cameFrom.push(likeliest);
      best.push(likeliest.map((from, s) => best[t - 1][from] * p[t][s]));
      sums.push(sources.map((from, s) => from.reduce((sum, source) => sum + sums[t - 1][source], 0) * p[t][s]));
      ways.push(sources.map((from) => from.reduce((sum, source) => sum + ways[t - 1][source], 0n)));
    }
    const ends = [states.length - 2, states.length - 1].filter((s) => s >= 0);
    const alive = p.map(() => new Set());
    ends.filter((s) => ways.at(-1)[s]).forEach((s) => alive.at(-1).add(s));
    for (let t = p.length - 1; t > 0; t--) {
      for (const s of alive[t]) sources[s].filter((from) => ways[t - 1][from]).forEach((from) => alive[t - 1].add(from));
    }
    const last = ends.reduce((one, other) => (best.at(-1)[other] > best.at(-1)[one] ? other : one));
    const path = [last];
    for (let t = p.length - 1; t > 0; t--) path.unshift(cameFrom[t][path[0]]);
    return {
      states, sources, sums, ways, alive,
      path: best.at(-1)[last] ? path : [],
      probability: ends.reduce((sum, s) => sum + sums.at(-1)[s], 0),
      bestProbability: best.at(-1)[last],
      alignments: ends.reduce((sum, s) => sum + ways.at(-1)[s], 0n),
    };
  };

  const fieldsOf = (figure, answer, makers) => {
    const controls = document.createElement("div");
    controls.className = "live-controls";
    const fields = {};
    for (const [name, { title, ...properties }] of Object.entries(makers)) {
      const wrap = document.createElement("label");
      const field = Object.assign(document.createElement("input"), { autocomplete: "off", spellcheck: false, ...properties });
      wrap.append(title, field);
      if (field.type === "range") {
        field.ariaLabel = title; // without the number, which is the slider's own to tell
        const output = wrap.appendChild(document.createElement("output"));
        const say = () => (output.value = field.value);
        field.addEventListener("input", say);
        say();
      }
      fields[name] = field;
      controls.append(wrap);
    }
    answer.className = "live-answer";
    answer.setAttribute("aria-live", "polite");
    figure.querySelector("figcaption").before(controls, answer);
    const scroll = figure.querySelector(".lattice-scroll");
    Object.assign(scroll, { tabIndex: 0 });
    scroll.setAttribute("role", "region");
    figure.classList.add("ready");
    return [fields, controls];
  };
  // A longer word is cut, and the answer says so.
  const LONGEST = { ctc: 7, edits: 14 };
  const reader = (longest) => {
    const word = (field) => [...field.value.toLowerCase()].slice(0, longest).join("");
    const cut = (...fields) => (fields.some(({ value }) => [...value].length > longest) ? `Взято первых букв: ${longest}. ` : "");
    return [word, cut];
  };

  const startCtc = (figure) => {
    const { heard: said, word: text, frames } = figure.dataset;
    const [word, cut] = reader(LONGEST.ctc);
    const answer = document.createElement("output");
    const [fields, controls] = fieldsOf(figure, answer, {
      heard: { title: "сеть слышит", type: "text", value: said },
      word: { title: "вероятность слова", type: "text", value: text },
      frames: { title: "кадров", type: "range", min: 1, max: 14, value: frames },
    });
    figure.querySelector(".lattice-scroll").setAttribute("aria-label", "Решётка: строки — буквы, столбцы — кадры");
    let shown = Number(frames);

    const draw = () => {
      const count = Number(fields.frames.value), found = ctc(word(fields.word), heard(word(fields.heard), count));
      const filled = shown >= count;
      const parts = heads(found.states, found.sums.map((_, t) => String(t + 1)));
      for (let t = 0; t < Math.min(shown, count); t++) {
        const alive = [...found.alive[t]].sort((one, other) => one - other);
        const most = Math.max(...alive.map((s) => found.sums[t][s])) || 1;
        for (const s of alive) {
          const sources = found.sources[s].filter((from) => found.alive[t - 1]?.has(from));
          parts.push(...sources.map((from) => edge([from, t - 1], [s, t], "edge")));
        }
        for (const s of alive) {
          const ways = found.ways[t][s], share = Math.sqrt(found.sums[t][s] / most);
          const said = ways < 10_000n ? String(ways) : `10${powers(String(ways).length - 1)}`;
          parts.push(...cell(s, t, said, share, !filled && t === shown - 1 ? "now" : ""));
        }
      }
      if (filled) parts.push(...route(found.path.map((s, t) => [s, t])));
      const foreign = [...word(fields.word)].find((letter) => letter === BLANK || !TOKENS.includes(letter));
      if (foreign) answer.value = `Знака «${foreign}» в алфавите сети нет. Вероятность ноль.`;
      else if (!found.alignments) answer.value = "Столько букв в столько кадров не влезает. Вероятность ноль: не ошибка, а ответ.";
      else if (!filled) answer.value = `Заполнено кадров: ${shown} из ${count}. Каждый столбец считается по одному предыдущему.`;
      else {
        const share = number((100 * found.bestProbability) / found.probability);
        answer.value =
          `Выравниваний ${whole(found.alignments)}, клеток ${whole(found.alive.reduce((sum, each) => sum + each.size, 0))}. ` +
          `Вероятность слова ${chance(found.probability)}; на лучшее выравнивание приходится ${share} %.`;
      }
      answer.value = cut(fields.word, fields.heard) + answer.value;
      show(figure, found.states.length, count, parts, `Решётка CTC для слова «${word(fields.word)}». ${answer.value}`);
    };

    const button = (title, act) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: title });
      made.addEventListener("click", () => {
        act(Number(fields.frames.value));
        draw();
      });
      controls.append(made);
    };
    button("Следующий кадр", (count) => (shown = shown >= count ? 1 : shown + 1));
    button("До конца", (count) => (shown = count));
    controls.addEventListener("input", () => {
      shown = Number(fields.frames.value);
      draw();
    });
    draw();
  };

  const startEdits = (figure) => {
    const [word, cut] = reader(LONGEST.edits);
    const answer = document.createElement("output");
    const [fields, controls] = fieldsOf(figure, answer, {
      said: { title: "сказано", type: "text", value: figure.dataset.said },
      heard: { title: "услышано", type: "text", value: figure.dataset.heard },
    });
    figure.querySelector(".lattice-scroll").setAttribute("aria-label", "Таблица расстояний");

    const draw = () => {
      const a = [...word(fields.said)], b = [...word(fields.heard)];
      const d = [[...b.keys(), b.length]];
      a.forEach((letter, i) => {
        d.push([i + 1]);
        b.forEach((other, j) => d[i + 1].push(Math.min(d[i][j] + (letter !== other), d[i][j + 1] + 1, d[i + 1][j] + 1)));
      });
      const cells = [[a.length, b.length]], steps = [];
      for (let [i, j] = cells[0]; i || j; cells.unshift([i, j])) {
        if (i && j && d[i][j] === d[i - 1][j - 1] + (a[i - 1] !== b[j - 1])) {
          [i, j] = [i - 1, j - 1];
          steps.unshift(a[i] === b[j] ? a[i] : `${a[i]}→${b[j]}`);
        } else if (i && d[i][j] === d[i - 1][j] + 1) steps.unshift(`−${a[--i]}`);
        else steps.unshift(`+${b[--j]}`);
      }
      const most = Math.max(1, ...d.flat());
      const parts = heads([" ", ...a], [" ", ...b]);
      d.forEach((row, i) => row.forEach((value, j) => parts.push(...cell(i, j, value, value / most))));
      parts.push(...route(cells));
      answer.value = `${cut(fields.said, fields.heard)}Расстояние ${d[a.length][b.length]}${steps.length ? `: ${steps.join(" ")}` : ""}`;
      show(figure, a.length + 1, b.length + 1, parts, `Таблица расстояний. ${answer.value}`);
    };
    controls.addEventListener("input", draw);
    draw();
  };

  const starts = { ctc: startCtc, edits: startEdits };
  for (const figure of document.querySelectorAll("figure.live")) starts[figure.dataset.live]?.(figure);
})();
