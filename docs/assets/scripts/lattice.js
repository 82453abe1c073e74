// The two tables on /algorithms/ that the reader fills: CTC's lattice, cell by cell, and the edit distance of two texts.
(() => {
  const number = (value, digits = 2) => value.toLocaleString("ru-RU", { maximumSignificantDigits: digits });

  const cell = (row, tag, text, share = 0) => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.style.setProperty("--filled", share.toFixed(3));
    row.append(made);
    return made;
  };

  const header = (table, words) => {
    const row = table.createTHead().insertRow();
    ["", ...words].forEach((word) => cell(row, "th", word));
  };

  // What a network might say: each token is likeliest where it would stand were the text spoken evenly.
  const say = (states, frames) => {
    const said = [];
    for (let t = 0; t < frames; t++) {
      const place = ((t + 0.5) / frames) * states.length - 0.5;
      const weights = states.map((_, s) => Math.exp(-((s - place) ** 2) / 3));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      said.push(weights.map((weight) => weight / total));
    }
    return said;
  };

  const ctc = (text, frames) => {
    const states = ["·", ...[...text].flatMap((letter) => [letter, "·"])];
    const p = say(states, frames);
    const sums = [], ways = [];
    for (let t = 0; t < frames; t++) {
      sums.push([]);
      ways.push([]);
      states.forEach((letter, s) => {
        const skips = s >= 2 && letter !== "·" && letter !== states[s - 2];
        const from = [s, s - 1, skips ? s - 2 : -1].filter((place) => place >= 0);
        const total = (table, zero, one) =>
          t ? from.reduce((sum, place) => sum + table[t - 1][place], zero) : s < 2 ? one : zero;
        sums[t].push(total(sums, 0, 1) * p[t][s]);
        ways[t].push(total(ways, 0n, 1n));
      });
    }
    const ends = (table) => table[frames - 1].slice(-2).reduce((sum, value) => sum + value);
    return { states, sums, probability: ends(sums), alignments: ends(ways) };
  };

  const drawCtc = (form, shown) => {
    const text = form.elements.text.value.trim(), frames = Number(form.elements.frames.value);
    const { states, sums, probability, alignments } = ctc(text, frames);
    const table = form.querySelector("table");
    table.replaceChildren();
    header(table, sums.map((_, t) => t + 1));
    const body = table.createTBody();
    states.forEach((letter, s) => {
      const row = body.insertRow();
      cell(row, "th", letter);
      sums.forEach((column, t) => {
        const best = Math.max(...column);
        cell(row, "td", t < shown && column[s] ? "•" : "", t < shown ? Math.sqrt(column[s] / best || 0) : 0);
      });
    });
    const whole = shown >= frames;
    form.elements.answer.value = whole
      ? `Выравниваний: ${alignments.toLocaleString("ru-RU")}. Клеток: ${(states.length * frames).toLocaleString("ru-RU")}. ` +
        (probability ? `Вероятность текста: ${number(probability)}.` : "Столько букв в столько кадров не влезает: вероятность ноль.")
      : `Заполнено кадров: ${shown} из ${frames}. Каждый столбец считается по одному предыдущему.`;
  };

  const drawDistance = (form) => {
    const a = [...form.elements.said.value], b = [...form.elements.heard.value];
    const d = [b.map((_, j) => j).concat(b.length)];
    a.forEach((letter, i) => {
      d.push([i + 1]);
      b.forEach((other, j) => d[i + 1].push(Math.min(d[i][j] + (letter !== other), d[i][j + 1] + 1, d[i + 1][j] + 1)));
    });
    const path = new Set();
    for (let i = a.length, j = b.length; ; ) {
      path.add(`${i} ${j}`);
      if (!i && !j) break;
      if (i && j && d[i][j] === d[i - 1][j - 1] + (a[i - 1] !== b[j - 1])) i--, j--;
      else if (i && d[i][j] === d[i - 1][j] + 1) i--;
      else j--;
    }
    const table = form.querySelector("table");
    table.replaceChildren();
    header(table, ["", ...b]);
    const body = table.createTBody();
    ["", ...a].forEach((letter, i) => {
      const row = body.insertRow();
      cell(row, "th", letter);
      d[i].forEach((value, j) => cell(row, "td", value, path.has(`${i} ${j}`) ? 1 : 0));
    });
    form.elements.answer.value = `Расстояние: ${d[a.length][b.length]}. Путь правок закрашен.`;
  };

  const form = document.querySelector("form.lattice-ctc");
  if (form) {
    let shown = 1;
    const frames = () => Number(form.elements.frames.value);
    form.addEventListener("input", () => drawCtc(form, (shown = frames())));
    form.elements.step.addEventListener("click", () => drawCtc(form, (shown = (shown % frames()) + 1)));
    form.elements.fill.addEventListener("click", () => drawCtc(form, (shown = frames())));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    drawCtc(form, (shown = frames()));
  }
  const edits = document.querySelector("form.lattice-edits");
  if (edits) {
    edits.addEventListener("input", () => drawDistance(edits));
    edits.addEventListener("submit", (event) => event.preventDefault());
    edits.hidden = false;
    drawDistance(edits);
  }
})();
