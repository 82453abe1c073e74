// The reader's browser as one more machine of the page: numbers in the prose follow it, where it has them (chosen.js).
const readerMachine = (() => {
  const SLUG = "reader";
  const { fixed, number } = readerSays;
  const UNITS = {
    "ТФЛОП/с": 1e12, "ГФЛОП/с": 1e9, "МФЛОП/с": 1e6, "ТБ/с": 1e12, "ГБ/с": 1e9, "МБ/с": 1e6,
    "с": 1, "мс": 1e-3, "мкс": 1e-6, "%": 0.01,
  };
  // What a step is called in the values of the matmul experiment.
  const CALLED = { javascript: "python", gpu_workgroup: "gpu_shared", gpu_thread: "gpu_thread_tile", gpu_vec4: "gpu_vectorised" };

  // Values by their names, in base units.
  const valuesOf = (data) => {
    const values = {};
    const put = (name, value) => { if (value) values[`matmul.${name}`] = value; };
    for (const { step, point, rate, speedup, at, share, why } of readerStory.rows(data, null)) {
      if (why) continue;
      const name = CALLED[step.name] ?? step.name;
      put(`${name}.flop_rate`, rate);
      put(`${name}.n`, point.n);
      put(`${name}.time`, readerStory.median(point.times_s));
      put(`${name}.speedup`, speedup);
      put(`${name}.speedup_n`, at);
      put(`${name}.share_of_peak`, share);
    }
    const { steps } = data;
    const rateOf = (name) => {
      const point = readerStory.largest(steps.find((each) => each.name === name) ?? { points: [] });
      return point && readerStory.rateOf(point);
    };
    put("whole_descent", rateOf("threads") / rateOf("javascript") || null);
    put("machine_threads", data.threads);
    put("peak.one_thread", readerStory.peakOf(data, { device: "cpu", threads: 1, dtype: "float32" }));
    const roads = data.bandwidths.filter(({ device, threads }) => device === "cpu" && threads === 1).sort((a, b) => a.size_bytes - b.size_bytes);
    if (roads.length > 1) {
      put("bandwidth.l1.one_thread", roads[0].bytes_per_s);
      put("bandwidth.memory.one_thread", roads.at(-1).bytes_per_s);
    }
    const tile = steps.find(({ name }) => name === "packing")?.tile?.split("x").map(Number);
    if (tile) {
      const lanes = 4; // of 128 bits
      put("tiling.rows", tile[0]);
      put("tiling.columns", tile[1]);
      put("tiling.lanes", lanes);
      put("tiling.accumulators", (tile[0] * tile[1]) / lanes);
    }
    put("gpu.peak", readerStory.peakOf(data, { device: "gpu", threads: 1, dtype: "float32" }));
    return values;
  };

  // As the build writes it: `UNIT .DECIMALS`, either of which may be left out. Null where the unit is none of ours.
  const formatted = (value, format) => {
    const [, unit, decimals] = /^(\S*?)\s*(?:\.(\d))?$/.exec(format.trim()) ?? [];
    if (unit === undefined) return null;
    const write = (scaled) => (decimals === undefined
      ? (Number.isInteger(scaled) ? fixed(scaled, 0) : number(scaled))
      : fixed(scaled, Number(decimals)));
    if (!unit) return write(value);
    if (unit === "×") return `${write(value)}×`;
    if (unit === "раз") {
      const whole = decimals === "0" || decimals === undefined;
      const word = whole ? readerSays.plural(Math.round(value), "раз", "раза", "раз") : "раза";
      return `${write(value)}${readerSays.SPACE}${word}`;
    }
    return Object.hasOwn(UNITS, unit) ? `${write(value / UNITS[unit])}${readerSays.SPACE}${unit}` : null;
  };

  const withdraw = () => {
    if (chosen.shown === SLUG) chosen.choose(null);
    chosen.labels.delete(SLUG);
    document.querySelector(`.page-machine option[value="${SLUG}"]`)?.remove();
  };

  return {
    // Null withdraws it.
    draw(found) {
      if (typeof chosen === "undefined") return;
      const former = chosen.shown === SLUG;
      withdraw();
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
          title: `Измерено здесь: ${name}`,
          "data-record": `${SLUG}/browser`,
        };
      }
      if (!Object.keys(values).length) return;
      chosen.offer(SLUG, name, { values });
      if (former) chosen.choose(SLUG);
    },
  };
})();
