// What the browser's numbers mean: each step beside the one above it, under the ceilings that the same run has measured.
//
// A product that took T could have been computed in A, by the measured peak, and its bytes fetched in M, by the measured
// bandwidth of where they lie. The rest, T less the longer of the two, went into something else: other instructions,
// waiting, launching. The longest of the three holds the step.
const readerStory = (() => {
  const TITLES = {
    javascript: "Три цикла, JavaScript",
    compiled: "Те же циклы, WebAssembly",
    strassen: "Штрассен",
    order: "Порядок циклов",
    blocking: "Блоки",
    registers: "Плитка в регистрах",
    packing: "Упаковка",
    threads: "Все потоки",
    gpu_naive: "GPU: поток на число",
    gpu_coalesced: "GPU: слитное чтение",
    gpu_workgroup: "GPU: общая память",
    gpu_thread: "GPU: плитка на поток",
    gpu_vec4: "GPU: по четыре числа",
    gpu_half: "GPU: числа f16",
    gpu_subgroups: "GPU: подгруппы",
  };
  // The same step in a record of the matmul experiment, where it is called otherwise there.
  const ON_RECORD = {
    javascript: "python",
    gpu_workgroup: "gpu_shared",
    gpu_thread: "gpu_thread_tile",
    gpu_vec4: "gpu_vectorised",
  };
  // The step above, where it is not the one before.
  const ABOVE = { order: "compiled" };
  const BEARS = 1.07; // how far above its ceiling a median may be, by its own noise and the ceiling's
  const SEEMS = 2; // times: what Strassen skips, and what half the bits give where only their double has a measured peak
  const HOLDS = { arithmetic: "держит арифметика", memory: "держит память", overhead: "держат накладные расходы" };

  const median = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };
  // As scripts/talk/records/headline.py has it: how wide the middle half is, and of fewer than five all of them.
  const spread = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share) => {
      const place = share * (sorted.length - 1), below = Math.floor(place);
      return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
    };
    const [first, last] = sorted.length < 5 ? [0, 1] : [0.25, 0.75];
    return (at(last) - at(first)) / median(sorted);
  };
  const rateOf = ({ n, m, p, times_s }) => (2 * n * m * p) / median(times_s);
  const squares = ({ points }) => points.filter(({ n, m, p }) => n === m && m === p).sort((a, b) => a.n - b.n);
  const largest = (step) => squares(step).at(-1) ?? null;

  const peakOf = (data, { device, threads, dtype }) => {
    // All threads together are no slower than one of them.
    const there = data.peaks.filter((peak) => peak.device === device && [1, threads].includes(peak.threads));
    const same = there.filter((peak) => peak.dtype === dtype);
    const rates = (same.length ? same : there).map((peak) => peak.flops_per_s);
    return rates.length ? Math.max(...rates) : null;
  };

  // Bytes a second of the smallest working set that was measured and holds `bytes`; else of the largest.
  const bandwidthOf = (data, { device, threads }, bytes) => {
    const at = (count) => data.bandwidths
      .filter((each) => each.device === device && each.threads === count)
      .sort((a, b) => a.size_bytes - b.size_bytes);
    const pick = (list) => list.find(({ size_bytes }) => size_bytes >= bytes) ?? list.at(-1);
    const together = pick(at(threads));
    const alone = pick(at(1));
    // Each thread has an L1 of its own: where only one was measured there, all of them have as much each.
    if (alone && (!together || (together.size_bytes > alone.size_bytes && alone.size_bytes >= bytes))) {
      return alone.bytes_per_s * threads;
    }
    return together?.bytes_per_s ?? null;
  };

  const holds = (data, step, point) => {
    const peak = peakOf(data, step);
    const wide = step.dtype === "float64" ? 8 : step.dtype === "float16" ? 2 : 4;
    // Inside a tile the innermost loop asks for a few rows of A and B; without one it goes through the whole of B.
    const road = bandwidthOf(data, step, step.tile ? 0 : wide * point.n * point.n);
    if (!peak || !road) return null;
    const work = 2 * point.n * point.m * point.p;
    const whole = median(point.times_s);
    const parts = { arithmetic: work / peak, memory: (work * step.bytes_asked_per_flop) / road };
    parts.overhead = whole - Math.max(parts.arithmetic, parts.memory);
    return Object.keys(parts).reduce((most, each) => (parts[each] > parts[most] ? each : most));
  };

  // The median of the rate at which a record of the matmul experiment has the step, at the same size or else its largest.
  const onRecord = (record, name, n) => {
    const known = ON_RECORD[name] ?? name;
    const contender = record?.data.contenders.find((each) => each.name === known);
    const points = contender ? squares(contender) : [];
    const point = points.find((each) => each.n === n) ?? points.at(-1);
    return point ? rateOf(point) : null;
  };

  // Without what contradicts itself: a product faster than the ceiling is no finding, something hindered the one or the other.
  const sound = (data) => ({
    ...data,
    steps: data.steps.map((step) => {
      const isBelow = step.dtype !== "float16" || data.peaks.some(({ dtype }) => dtype === "float16");
      const ceiling = peakOf(data, step) * BEARS * (step.circle !== 3 && isBelow ? 1 : SEEMS);
      const points = step.points.filter((point) => !ceiling || rateOf(point) <= ceiling);
      const isLost = step.points.length && !points.length;
      return { ...step, points, skipped: isLost ? "doubtful" : step.skipped };
    }),
  });

  // A row of the panel: what is known of `step`, beside those of `data` that are there already.
  const row = (data, step, record) => {
    const title = TITLES[step.name] ?? step.name;
    const point = largest(step);
    if (!point) return { step, title, why: step.skipped };
    const before = data.steps.slice(0, data.steps.findIndex(({ name }) => name === step.name));
    const above = ABOVE[step.name]
      ? before.find(({ name }) => name === ABOVE[step.name])
      : before.findLast(({ points }) => points.length);
    const rate = rateOf(point);
    // At a side that both multiplied, the largest.
    const common = above && squares(step).findLast(({ n }) => squares(above).some((each) => each.n === n));
    const beside = common && squares(above).find(({ n }) => n === common.n);
    const peak = peakOf(data, step);
    const theirs = onRecord(record, step.name, point.n);
    return {
      step,
      title,
      point,
      rate,
      speedup: beside ? rateOf(common) / rateOf(beside) : null,
      apart: beside ? spread(common.times_s) + spread(beside.times_s) : null,
      at: common?.n,
      share: peak ? rate / peak : null,
      holds: HOLDS[holds(data, step, point)] ?? null,
      theirs,
      toTheirs: theirs ? rate / theirs : null,
    };
  };

  const rows = (data, record) => data.steps.map((step) => row(data, step, record));

  // Of circle `number`: the fastest product, FLOP/s; of the ninth the highest peak. Null where nothing was measured.
  const ofCircle = (data, number) => {
    const rates = number === 9
      ? data.peaks.filter(({ dtype }) => dtype === "float32").map(({ flops_per_s }) => flops_per_s)
      : data.steps.filter(({ circle }) => circle === number).map(largest).filter(Boolean).map(rateOf);
    return rates.length ? Math.max(...rates) : null;
  };

  // The speed at a rung of the thermometer, by the step's name in a record of the matmul experiment.
  const ofRung = (data, rung) => {
    if (rung === "ice") return ofCircle(data, 9);
    if (rung === "gpu_triton") return ofCircle(data, 6);
    const called = rung === "overlap" ? "packing" : rung; // a browser cannot ask for memory beforehand
    const step = data.steps.find(({ name }) => (ON_RECORD[name] ?? name) === called);
    const point = step && largest(step);
    return point ? rateOf(point) : null;
  };

  // How many times faster than the first step the fastest one is.
  const whole = (data) => {
    const rates = data.steps.map(largest).filter(Boolean).map(rateOf);
    return rates.length > 1 ? Math.max(...rates) / rates[0] : null;
  };

  // Why a part of the run beside the steps was not measured on a device, or not all of it; null where it all was.
  const whyNot = ({ missing }, part, device) =>
    missing?.find((each) => each.part === part && each.device === device)?.reason ?? null;

  // The share of its speed that one thread has lost by the last round.
  const drop = ({ rounds }) => (rounds.length > 1 ? Math.max(0, 1 - rounds.at(-1) / rounds[0]) : 0);

  return { TITLES, median, spread, rateOf, squares, largest, peakOf, sound, row, rows, ofCircle, ofRung, whole, whyNot, drop };
})();
