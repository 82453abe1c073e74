// The reader's browser as one more machine of the page: numbers, claims and forks in the prose follow it (chosen.js).
const readerMachine = (() => {
  const SLUG = "reader";
  const RECORD = `${SLUG}/browser`;
  const { SPACE, fixed, number, plural } = readerSays;
  const UNITS = {
    "ТФЛОП/с": 1e12, "ГФЛОП/с": 1e9, "МФЛОП/с": 1e6, "ТБ/с": 1e12, "ГБ/с": 1e9, "МБ/с": 1e6,
    "с": 1, "мс": 1e-3, "мкс": 1e-6, "нс": 1e-9, "%": 0.01,
  };
  // What a step is called in the values of the matmul experiment, where it is called otherwise there.
  const CALLED = { javascript: "python", gpu_workgroup: "gpu_shared", gpu_thread: "gpu_thread_tile", gpu_vec4: "gpu_vectorised" };
  // What 16 KB lie in, and 256 KB, and 32 MB, on nearly every machine: no browser tells how large its caches are.
  const LEVELS = { l1: 16 << 10, l2: 256 << 10, memory: 32 << 20 };
  const LANES = 4; // numbers in 128 bits
  const LAST = "это упаковка: просить память заранее страница не умеет";

  // What is known of a product, as the matmul experiment names it.
  const ofPoint = (point, peak) => {
    const middle = readerStory.median(point.times_s);
    const rate = readerStory.rateOf(point);
    return {
      time: middle,
      flop_rate: rate,
      per_multiply_add: middle / (point.n * point.m * point.p),
      error: point.error,
      share_of_peak: peak && rate / peak,
    };
  };

  const stepValues = (data, { step, point, speedup, apart, at }) => {
    const peak = step.dtype === "float32" && readerStory.peakOf(data, step);
    const values = { n: point.n, ...ofPoint(point, peak), speedup, speedup_spread: apart, speedup_n: at };
    for (const each of readerStory.squares(step)) {
      for (const [name, value] of Object.entries(ofPoint(each, peak))) values[`n${each.n}.${name}`] = value;
    }
    return values;
  };

  // Values by their names, in base units; what is not known of them is not there.
  const valuesOf = (data) => {
    const known = {};
    const put = (prefix, values) => {
      for (const [name, value] of Object.entries(values)) {
        if (Number.isFinite(value)) known[`matmul.${prefix}${name}`] = value;
      }
    };
    // A card that the processor plays is none.
    const measured = readerStory.rows(data, null).filter(({ step, why }) => !why && !(step.device === "gpu" && data.adapter.fallback));
    for (const row of measured) put(`${CALLED[row.step.name] ?? row.step.name}.`, stepValues(data, row));
    const alone = measured.find(({ step }) => step.name === "packing");
    // One step further the chapter asks for memory beforehand. No page can, so packing is where its one thread ends.
    if (alone) put("overlap.", { ...stepValues(data, alone), speedup: undefined, speedup_spread: undefined, speedup_n: undefined });

    const peak = readerStory.peakOf(data, { device: "cpu", threads: 1, dtype: "float32" });
    const road = Object.fromEntries(Object.entries(LEVELS).map(([level, bytes]) => [
      level,
      data.bandwidths.find((each) => each.device === "cpu" && each.threads === 1 && each.size_bytes === bytes)?.bytes_per_s,
    ]));
    for (const [level, rate] of Object.entries(road)) put(`bandwidth.${level}.`, { one_thread: rate });
    put("", {
      whole_descent: known["matmul.threads.flop_rate"] / known["matmul.python.flop_rate"],
      machine_threads: data.threads,
      "threads.most": data.threads > 1 ? data.threads : undefined, // one has no others to fall short of
      "peak.one_thread": peak ?? undefined,
      "bandwidth.l1_to_memory": road.l1 / road.memory,
    });
    if (alone?.step.tile) {
      const [rows, columns] = alone.step.tile.split("x").map(Number);
      put("tiling.", {
        rows,
        columns,
        lanes: LANES,
        accumulators: (rows * columns) / LANES,
        reads: rows + columns / LANES,
        // A number of B, four bytes, serves as many rows of C as the tile has: two operations each.
        asked_rate: (4 * peak) / (2 * rows) || undefined,
        l2_roof: (road.l2 * rows) / 2,
      });
    }
    if (data.adapter && !data.adapter.fallback) {
      put("gpu.", { peak: readerStory.peakOf(data, { device: "gpu", threads: 1, dtype: "float32" }) ?? undefined });
    }
    return known;
  };

  // As the build writes it: a unit, or a noun in all its forms, and `.DECIMALS`. Null where the unit is none of ours.
  const formatted = (value, format) => {
    const [, unit, decimals] = /^(\S*?)\s*(?:\.(\d))?$/.exec(format.trim()) ?? [];
    if (unit === undefined) return null;
    const write = (scaled) => (decimals === undefined
      ? (Number.isInteger(scaled) ? fixed(scaled, 0) : number(scaled))
      : fixed(scaled, Number(decimals)));
    if (!unit) return write(value);
    if (unit === "×") return `${write(value)}×`;
    if (Object.hasOwn(UNITS, unit)) return `${write(value / UNITS[unit])}${SPACE}${unit}`;
    const forms = unit === "раз" ? ["раз", "раза", "раз"] : unit.split("/");
    if (forms.length !== 3) return null;
    return `${write(value)}${SPACE}${plural(Number(value.toFixed(decimals ?? 0)), ...forms)}`;
  };

  // The chapter's claims that a page may judge by its own numbers: asked for once, and only now.
  let asked = null;
  const relations = () => {
    asked ??= fetch(new URL("../../generated/machines/_claims.json", reader.here)).then((answer) => (answer.ok ? answer.json() : {}));
    asked.catch(() => { asked = null; });
    return asked.catch(() => ({})); // from disk no browser reads a file: claims stay as they are
  };

  const told = ({ name, number: value }) => {
    if (/\.share_of_peak$/.test(name)) return readerSays.percent(value);
    if (/flop_rate$|_roof$|^matmul\.peak\./.test(name)) return readerSays.rate(value);
    return number(value);
  };

  // Attributes of sentences, as the build gives them, by the claim's id.
  const verdictsOf = (claims, known, who) => {
    const verdicts = {};
    for (const [id, claim] of Object.entries(claims)) {
      const verdict = judge(claim, known);
      if (!verdict) continue;
      const { holds, left, sign, right, margin } = verdict;
      // The side that has to be smaller, by so much.
      const more = margin ? ` + ${readerSays.percent(margin)}` : "";
      const [one, other] = sign.startsWith(">") ? [told(left), told(right) + more] : [told(left) + more, told(right)];
      verdicts[id] = {
        "data-holds": String(holds),
        "data-record": RECORD,
        title: `${who}: ${holds ? "" : "неверно, что "}${one} ${sign} ${other}`,
      };
    }
    return verdicts;
  };

  const withdraw = () => {
    if (chosen.shown === SLUG) chosen.choose(null);
    chosen.labels.delete(SLUG);
    document.querySelector(`.page-machine option[value="${SLUG}"]`)?.remove();
  };

  // What the page's claims came to: how many of those in its sentences were judged, and the words of those that failed.
  let verdicts = {};
  const judged = () => {
    const sentences = new Map([...document.querySelectorAll(".claim[data-claim]")].map((each) => [each.dataset.claim, each]));
    const known = [...sentences].filter(([id]) => verdicts[id]);
    const refuted = known.filter(([id]) => verdicts[id]["data-holds"] === "false").map(([, { firstChild }]) => firstChild.textContent.trim());
    return { all: sentences.size, known: known.length, refuted };
  };

  let drawn = null;
  return {
    SLUG,
    judged,
    isOffered: () => typeof chosen !== "undefined" && chosen.labels.has(SLUG),
    valuesOf,
    formatted,
    // Null withdraws it.
    async draw(found) {
      if (typeof chosen === "undefined") return;
      drawn = found;
      const claims = found && (await relations());
      if (drawn !== found) return; // measured or forgotten meanwhile
      const former = chosen.shown === SLUG;
      withdraw();
      verdicts = {};
      if (!found) return;
      const known = valuesOf(found.data);
      const name = readerPanel.nameOf(found);
      const values = {};
      for (const element of document.querySelectorAll("data[data-name]")) {
        const { name: wanted, format = "" } = element.dataset;
        const text = Object.hasOwn(known, wanted) ? formatted(known[wanted], format) : null;
        if (text === null) continue;
        values[wanted] ??= {};
        values[wanted][format] = {
          text,
          value: String(known[wanted]),
          class: "measured",
          title: `Измерено здесь: ${name}${wanted.startsWith("matmul.overlap.") ? `; ${LAST}` : ""}`,
          "data-record": RECORD,
        };
      }
      if (!Object.keys(values).length) return;
      verdicts = verdictsOf(claims, known, name);
      chosen.offer(SLUG, name, { values, claims: verdicts });
      if (former) await chosen.choose(SLUG);
    },
  };
})();
