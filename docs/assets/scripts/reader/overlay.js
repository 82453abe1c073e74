// The reader's line in the chapter's charts, dashed: in the iceberg, on thermometers, across bars, under the roofs, over
// the sizes.
//
// A chart says where values lie on it: `data-x` and `data-y` of its `<svg>` (scripts/talk/render/charts.py). A point that
// lies outside is not drawn at the edge: the caption names it.
const readerOverlay = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const { number, rate } = readerSays;
  let shown = null;
  let visible = true;

  const scaleOf = (svg, axis) => {
    const told = svg.getAttribute(`data-${axis}`)?.split(" ");
    if (!told) return null;
    const [from, to, atFrom, atTo] = told.slice(1).map(Number);
    const level = told[0] === "log" ? Math.log : Number;
    return {
      from: Math.min(from, to),
      to: Math.max(from, to),
      holds: (value) => value >= Math.min(from, to) && value <= Math.max(from, to),
      at: (value) => atFrom + ((level(value) - level(from)) / (level(to) - level(from))) * (atTo - atFrom),
    };
  };

  const draw = (parent, name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.classList.add("reader-drawn");
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  };

  const path = (svg, points, kind = "") =>
    draw(svg, "path", { class: `reader-line ${kind}`, d: `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}` });

  const dot = (svg, [x, y]) => draw(svg, "rect", { class: "reader-point", x: x - 5, y: y - 5, width: 10, height: 10 });

  // The caption's own line on what the reader's machine did in this chart; where there is no caption, a line under it.
  const tell = (figure, ...sentences) => {
    const line = document.createElement("span");
    line.className = "reader-drawn reader-told";
    const said = sentences.filter(Boolean);
    line.textContent = `Пунктир — ${readerPanel.nameOf(shown)}${said.length ? `: ${said.join("; ")}` : ""}.`;
    (figure.querySelector("figcaption") ?? figure).append(line);
  };

  const outside = (names) => names.length && `за краем картинки остались ${names.join(", ")}`;

  const DRAWN = {
    descent(figure, svg) {
      if (!svg.checkVisibility()) return; // the other shape of the picture is seen
      for (const circle of svg.querySelectorAll("[data-circle]")) {
        const found = readerStory.ofCircle(shown.data, Number(circle.dataset.circle));
        if (!found) continue;
        const box = circle.querySelector("rect");
        const theirs = circle.querySelector(".rate");
        const right = Number(box.getAttribute("x")) + Number(box.getAttribute("width"));
        const y = Number(theirs.getAttribute("y"));
        // Where the speed stands at the right, the reader's stands under the middle of the row.
        const isWide = theirs.getAttribute("text-anchor") === "end";
        const x = isWide ? right - theirs.getComputedTextLength() - 60 : right - 18;
        const text = draw(circle, "text", { class: "reader-rate", x, y, "text-anchor": "end" }, rate(found));
        const { x: left, width } = text.getBBox();
        path(circle, [[left, y + 7], [left + width, y + 7]], "under");
      }
      tell(figure);
    },

    thermometer(holder, svg) {
      const found = readerStory.ofRung(shown.data, svg.dataset.rung);
      if (!found) return;
      const scale = scaleOf(svg, "y");
      const beyond = found > scale.to ? ", выше шкалы" : found < scale.from ? ", ниже шкалы" : "";
      if (!beyond) path(svg, [[0, scale.at(found)], [40, scale.at(found)]]);
      const line = document.createElement("span");
      line.className = "reader-drawn reader-reading";
      line.textContent = `у вас ${rate(found)}${beyond}`;
      holder.append(line);
    },

    // Steps of one thread, by the bytes that their innermost loops ask for, and the browser's own peak.
    roofline(figure, svg) {
      const [x, y] = [scaleOf(svg, "x"), scaleOf(svg, "y")];
      const { data } = shown;
      const far = [];
      for (const step of data.steps) {
        const point = readerStory.largest(step);
        if (!point || step.device !== "cpu" || step.threads > 1 || step.dtype !== "float32") continue;
        const place = [1 / step.bytes_asked_per_flop, readerStory.rateOf(point)];
        const title = readerStory.TITLES[step.name] ?? step.name;
        if (x.holds(place[0]) && y.holds(place[1])) {
          const made = dot(svg, [x.at(place[0]), y.at(place[1])]);
          made.appendChild(document.createElementNS(SVG, "title")).textContent = `${title}: ${number(place[0])} ФЛОП/Б, ${rate(place[1])}`;
        } else far.push(`${title.toLowerCase()} (${rate(place[1])})`);
      }
      const peak = readerStory.peakOf(data, { device: "cpu", threads: 1, dtype: "float32" });
      if (peak && y.holds(peak)) path(svg, [[x.at(x.from), y.at(peak)], [x.at(x.to), y.at(peak)]]);
      tell(figure, "пустые квадраты — его шаги", peak && `потолок — его пик, ${rate(peak)}${y.holds(peak) ? "" : ", он за краем"}`, outside(far));
    },

    sizes(figure, svg) {
      const [x, y] = [scaleOf(svg, "x"), scaleOf(svg, "y")];
      const far = [];
      const drawn = [];
      for (const [name, title] of [["packing", "один поток"], ["threads", "все потоки"]]) {
        const step = shown.data.steps.find((each) => each.name === name);
        const points = step ? readerStory.squares(step).map((point) => [point.n, readerStory.rateOf(point)]) : [];
        const inside = points.filter(([n, speed]) => x.holds(n) && y.holds(speed));
        const places = inside.map(([n, speed]) => [x.at(n), y.at(speed)]);
        if (places.length > 1) path(svg, places);
        for (const place of places) dot(svg, place);
        if (points.length) drawn.push(`${title} — до ${rate(Math.max(...points.map(([, speed]) => speed)))}`);
        far.push(...points.filter((point) => !inside.includes(point)).map(([n, speed]) => `${title} при n = ${n} (${rate(speed)})`));
      }
      tell(figure, ...drawn, outside(far));
    },
  };

  // Bars of every step, a picture for each side of the matrices: where the fastest of the reader's would end there.
  const bySize = (figure) => {
    const sides = [...figure.querySelectorAll("fieldset.sizes input")].map(({ value }) => Number(value));
    for (const [at, holder] of figure.querySelectorAll(".size").entries()) {
      const svg = holder.querySelector("svg");
      const x = scaleOf(svg, "x");
      const told = [];
      for (const [title, keep] of [["один поток", (threads) => threads === 1], ["все потоки", (threads) => threads > 1]]) {
        const points = shown.data.steps
          .filter(({ device, threads }) => device === "cpu" && keep(threads))
          .flatMap((step) => readerStory.squares(step).filter(({ n }) => n === sides[at]));
        if (!points.length) continue;
        const best = Math.max(...points.map(readerStory.rateOf));
        if (x.holds(best)) path(svg, [[x.at(best), 4], [x.at(best), svg.viewBox.baseVal.height - 4]]);
        told.push(`${title} — ${rate(best)}${x.holds(best) ? "" : ", за краем картинки"}`);
      }
      tell(holder, ...(told.length ? told : ["таких матриц он не умножал"]));
    }
  };

  // Over bars: one line, where the reader's fastest step of the kind would end.
  const acrossBars = (keep, title) => (figure, svg) => {
    const x = scaleOf(svg, "x");
    const rates = readerStory.rows(shown.data, null).filter((row) => row.rate && keep(row.step)).map((row) => row.rate);
    if (!rates.length) return;
    const best = Math.max(...rates);
    const { height } = svg.viewBox.baseVal;
    if (x.holds(best)) path(svg, [[x.at(best), 4], [x.at(best), height - 4]]);
    tell(figure, `${title} — ${rate(best)}${x.holds(best) ? "" : ", за краем картинки"}`);
  };
  Object.assign(DRAWN, {
    "by-size": bySize,
    "one-thread": acrossBars(({ device, threads }) => device === "cpu" && threads === 1, "один поток"),
    threads: acrossBars(({ device, threads }) => device === "cpu" && threads > 1, "все потоки"),
    gpu: acrossBars(({ device, dtype }) => device === "gpu" && dtype === "float32", "карта"),
  });

  const kindOf = (figure) =>
    Object.keys(DRAWN).find((kind) => figure.matches(`figure.${kind}-figure, figure.${kind}, div.${kind}`));

  const wipe = (among = document) => {
    for (const each of among.querySelectorAll(".reader-drawn")) each.remove();
  };

  const drawIn = (figure) => {
    const kind = kindOf(figure);
    if (!kind) return;
    wipe(figure);
    if (shown && visible) DRAWN[kind](figure, figure.querySelector("svg"));
  };

  const redraw = () => document.querySelectorAll("figure.measured, .thermometer").forEach(drawIn);

  // The choice of machines that belongs to a figure: before it, or under the card of its slide; made where there is none.
  const choiceOf = (figure) => {
    const slide = figure.closest("section.slide");
    const former = slide ? slide.querySelector(":scope > fieldset.machines") : figure.previousElementSibling;
    if (former?.matches("fieldset.machines")) return former;
    const made = document.createElement("fieldset");
    made.className = "machines reader-choice";
    made.appendChild(document.createElement("legend")).textContent = "Машина";
    if (slide) slide.querySelector(".slide-frame").after(made);
    else figure.before(made);
    return made;
  };

  // One more machine to choose at each figure: it is drawn over the machine that is chosen there.
  const offer = () => {
    for (const former of document.querySelectorAll(".reader-choice")) former.remove();
    if (!shown) return;
    for (const figure of document.querySelectorAll("figure.measured")) {
      if (!kindOf(figure)) continue;
      const label = choiceOf(figure).appendChild(document.createElement("label"));
      label.className = "reader-choice";
      const input = label.appendChild(document.createElement("input"));
      input.type = "checkbox";
      input.checked = visible;
      input.addEventListener("change", (event) => {
        event.stopPropagation(); // it is no machine on record
        visible = input.checked;
        for (const other of document.querySelectorAll(".reader-choice input")) other.checked = visible;
        redraw();
      });
      label.append(readerPanel.nameOf(shown));
    }
  };

  // A figure of another machine comes when it is asked for.
  new MutationObserver((changes) => {
    if (!shown) return;
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node instanceof HTMLElement && node.matches("figure.measured") && !node.querySelector(".reader-drawn")) drawIn(node);
      }
    }
  }).observe(document.body, { childList: true, subtree: true });

  return {
    // Null takes everything away.
    draw(found) {
      shown = found;
      offer();
      redraw();
    },
  };
})();
