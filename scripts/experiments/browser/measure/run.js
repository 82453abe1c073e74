// The whole run, in a worker: every step is checked, warmed up, and timed in rounds of shuffled order.

const ROUNDS = 5;
const CPU_BYTES = 48 * 2 ** 20;
const TRIED_SIDE = 384; // whole tiles of every kind
const TRIED_TIMES = 5;
const WARM_UP_SIDE = 128;
const READ_SIZES = [16 << 10, 256 << 10, 32 << 20];
const LONGEST_S = 0.15; // of one product: a larger one is not tried
// A part that takes so long by now begins nothing more.
const CPU_S = 6;
const GPU_S = 4;
const GPU_SIDES = [128, 256, 512, 1024, 2048];
const CPU_GRADIENT_SIDE = 512;
const GPU_GRADIENT_SIDE = 1024;
// The Conformer's own addmm: a hundred frames of an utterance, 512 numbers each, by a square of weights.
const [ADDMM_FRAMES, ADDMM_WIDTH] = [100, 512];
const ADDMM_BATCHES = [1, 2, 4, 8, 16, 32, 64];

// What is measured beside the steps.
const PARTS = { cpu: ["peak", "bandwidth", "gradient", "addmm"], gpu: ["peak", "bandwidth", "launch", "addmm", "gradient"] };

class Run {
  constructor(report) {
    this.report = report;
    this.began = performance.now();
    this.until_s = CPU_S;
    this.data = {
      threads: Math.max(1, navigator.hardwareConcurrency || 1),
      isolated: !!self.crossOriginIsolated && typeof SharedArrayBuffer !== "undefined",
      sharing: null,
      simd: false,
      relaxed: false,
      clock_grain_s: 0,
      adapter: null,
      no_adapter: null,
      steps: [],
      tried: [],
      peaks: [],
      bandwidths: [],
      launch: null,
      addmm: [],
      gradients: [],
      missing: [],
      rounds: [],
    };
    this.operands = {};
  }

  get spent_s() {
    return (performance.now() - this.began) / 1000;
  }

  // Whether the part that runs has no time for more.
  get isLate() {
    return this.spent_s > this.until_s;
  }

  progress(share, name) {
    this.report({ share, name });
  }

  step(about) {
    const step = { device: "cpu", threads: 1, dtype: "float32", tile: null, points: [], skipped: null, ...about };
    this.data.steps.push(step);
    return step;
  }

  tell(step) {
    this.report({ step });
  }

  // Operands of a shape, the same for every step.
  numbers({ n, m, p }) {
    const key = `${n} ${m} ${p}`;
    return (this.operands[key] ??= { a: randomNumbers(n * m, n + 1), b: randomNumbers(m * p, p + 2) });
  }

  // How far a product of them is from the exact one.
  errorOf(shape, c, allowed) {
    const operands = this.numbers(shape);
    operands.exact ??= exactRows(shape, operands.a, operands.b);
    return errorOf(shape, operands.exact, c, allowed);
  }

  // What `work` throws becomes the step's reason, and the run goes on.
  async attempt(step, work) {
    try {
      return await work();
    } catch (error) {
      step.skipped = reasonOf(error);
      this.tell(step);
      return null;
    }
  }

  // The same of what is no step: ceilings, a launch, the addmm, the gradient.
  async attemptPart(part, device, work) {
    try {
      return await work();
    } catch (error) {
      const isTold = this.data.missing.some((each) => each.part === part && each.device === device);
      if (!isTold) this.data.missing.push({ part, device, reason: reasonOf(error) });
      return null;
    }
  }

  // All steps and parts of a device, which cannot run.
  async skip(device, steps, reason) {
    const refuse = () => Promise.reject(new Skipped(reason));
    for (const step of steps) await this.attempt(step, refuse);
    for (const part of PARTS[device]) await this.attemptPart(part, device, refuse);
  }

  // Times of `tasks` ({ step, shape, error, time() -> seconds }) in rounds of shuffled order, into points of their steps.
  async rounds(tasks, between, from, to) {
    for (const task of tasks) {
      task.point = { ...task.shape, times_s: [], error: task.error };
      task.step.points.push(task.point);
    }
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 1 && this.isLate) break;
      this.progress(from + ((to - from) * round) / ROUNDS, null);
      await between();
      for (const task of shuffled(tasks)) {
        if (task.step.skipped && task.step.skipped !== "no_time") continue;
        await this.attempt(task.step, async () => {
          const time_s = await task.time();
          if (time_s > 0) task.point.times_s.push(time_s); // else the clock has not moved, which is no time
        });
      }
      for (const step of new Set(tasks.map((task) => task.step))) this.tell(step);
    }
    for (const { step } of tasks) {
      step.points = step.points.filter((point) => point.times_s.length);
      if (!step.points.length) step.skipped ??= "coarse_clock";
    }
  }
}

// --- One thread and all of them ---

async function runCpu(run) {
  const { data } = run;
  const grain_s = data.clock_grain_s;
  const steps = {
    javascript: run.step({ name: "javascript", circle: 1, dtype: "float64", bytes_asked_per_flop: 8 }),
    compiled: run.step({ name: "compiled", circle: 2, bytes_asked_per_flop: 4 }),
    strassen: run.step({ name: "strassen", circle: 3, bytes_asked_per_flop: 4 }),
    order: run.step({ name: "order", circle: 4, bytes_asked_per_flop: 6 }),
    registers: run.step({ name: "registers", circle: 4, bytes_asked_per_flop: 1 }),
    packing: run.step({ name: "packing", circle: 4, bytes_asked_per_flop: 1 }),
    threads: run.step({ name: "threads", circle: 5, threads: data.threads, bytes_asked_per_flop: 1 }),
  };
  const tasks = [];
  if (grain_s > COARSEST_S) {
    await run.skip("cpu", Object.values(steps), "coarse_clock");
    return;
  }

  run.progress(0.02, "javascript");
  await run.attempt(steps.javascript, async () => {
    for (const n of [64, 128, 256]) {
      const shape = { n, m: n, p: n };
      const { a, b } = run.numbers(shape);
      const [rows, columns, made] = [nested(a, n), nested(b, n), nested(new Float32Array(n * n), n)];
      const call = () => multiplyNumbers(rows, columns, made);
      if (!tasks.length) await warmUp([call]);
      if (!prepared(run, tasks, steps.javascript, shape, call, () => made.flat())) break;
    }
  });
  const builds = buildsHere();
  [data.simd, data.relaxed] = [builds.includes("plain"), builds.includes("relaxed")];
  let engines;
  try {
    engines = openEngines(run, builds);
  } catch (error) {
    const wasm = Object.values(steps).filter((step) => step !== steps.javascript);
    await run.skip("cpu", wasm, reasonOf(error));
    await run.rounds(tasks, () => {}, 0.1, 0.3);
    return;
  }
  const engine = await chooseTile(run, engines);
  run.engine = engine;
  for (const name of ["registers", "packing", "threads"]) {
    steps[name].tile = engine.tile.name;
    steps[name].bytes_asked_per_flop = (2 * (engine.tile.rows + engine.tile.columns)) / (engine.tile.rows * engine.tile.columns);
  }

  const onOne = (name, sides, make) =>
    run.attempt(steps[name], () => {
      run.progress(0.05 + (0.15 * tasks.length) / 26, name);
      for (const n of sides) {
        const shape = { n, m: n, p: n };
        const product = placed(run, engine, shape);
        const call = make(engine, product);
        const result = () => numbersAt(engine.memory, product.c, n * n);
        if (!prepared(run, tasks, steps[name], shape, call, result, () => placed(run, engine, shape))) break;
      }
    });
  const { kernels } = engine;
  await onOne("compiled", [64, 128, 256, 512], (_, { n, m, p, a, b, c }) => () => kernels.scalar(n, m, p, a, m, b, p, c, p));
  await onOne("strassen", [128, 256, 512], (_, { n, a, b, c, room }) => () => multiplyStrassen(kernels, n, a, n, b, n, c, n, room.strassen));
  await onOne("order", [64, 128, 256, 512, 1024], (_, product) => () => multiplyInOrder(engine, product));
  await onOne("registers", [64, 128, 256, 512, 1024], (_, product) => () => multiplyInPlace(engine, product));
  await onOne("packing", [64, 128, 256, 512, 1024], (_, product) => () => packAndMultiply(engine, product, product.room));

  const pool = await run.attempt(steps.threads, () => openPool(run, engine));
  if (pool) {
    data.sharing = pool.isShared ? "memory" : "copies";
    steps.threads.threads = pool.threads;
    run.progress(0.2, "threads");
    await run.attempt(steps.threads, () => prepareThreads(run, pool, tasks, steps.threads));
  }
  const peaks = engines.map(({ kernels, build }) => ({ kernels, build, found: [] }));
  const together = [];
  await run.rounds(
    tasks,
    async () => {
      for (const each of peaks) each.found.push(peakRate(each.kernels, each.build, grain_s));
      data.rounds.push(peaks[0].found.at(-1));
      if (pool) await run.attemptPart("peak", "cpu", async () => together.push(sum(await pool.ask(() => ({ order: "peak", grain_s })))));
    },
    0.25,
    0.5,
  );
  const isFused = isFusedHere({ ...engines[0], tile: engine.tile }, new Arena());
  const peak = (threads, fused, rates) =>
    data.peaks.push({ device: "cpu", threads, dtype: "float32", fused, flops_per_s: Math.max(...rates), median_flops_per_s: median(rates) });
  for (const { build, found } of peaks) if (build === "plain" || isFused) peak(1, build === "relaxed", found);
  if (together.length) peak(pool.threads, engine.build === "relaxed" && isFused, together);
  for (const tried of data.tried) tried.fused &&= isFused;
  data.tried = data.tried.filter((each, index) => data.tried.findIndex((other) => other.tile === each.tile && other.fused === each.fused) === index);

  run.progress(0.5, "bandwidth");
  await run.attemptPart("bandwidth", "cpu", async () => {
    for (const bytes of READ_SIZES) {
      const rates = Array.from({ length: 3 }, () => readRate(kernels, 1024, bytes, grain_s));
      data.bandwidths.push({ device: "cpu", threads: 1, size_bytes: bytes, bytes_per_s: median(rates) });
    }
    if (pool) {
      const bytes = Math.min(4 << 20, roundUp(Math.floor((32 << 20) / pool.threads), 1024) - 1024);
      const rates = await pool.ask((index) => ({ order: "read", place: 1024 + (pool.isShared ? index * bytes : 0), bytes, grain_s }));
      data.bandwidths.push({ device: "cpu", threads: pool.threads, size_bytes: bytes, bytes_per_s: sum(rates) });
    }
  });
  pool?.close();

  run.progress(0.54, "gradient");
  await run.attemptPart("gradient", "cpu", () => cpuGradient(run, engine));
  run.progress(0.56, "addmm");
  await run.attemptPart("addmm", "cpu", () => cpuAddmm(run, engine));
}

const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);

// Check a call, find out how often it has to be repeated, and add it to the tasks. Whether a larger one may be tried.
function prepared(run, tasks, step, shape, call, result, place = () => {}) {
  const { clock_grain_s: grain_s } = run.data;
  const checked_s = seconds(call);
  const error = run.errorOf(shape, result());
  let timed = timedCall(call, grain_s, { once_s: checked_s, repeats: 1 });
  const { once_s } = timed;
  const time = () => {
    place(); // other steps have used the memory since
    timed = timedCall(call, grain_s, timed);
    return timed.once_s;
  };
  tasks.push({ step, shape, error, time });
  return once_s * 8 < LONGEST_S;
}

// One memory for all of them, so that each finds the operands. The builds, the best first. Throws Skipped where there is
// none.
function openEngines(run, builds) {
  const isShared = run.data.isolated;
  if (!builds.length) throw new Skipped(typeof WebAssembly === "undefined" ? "no_wasm" : "no_simd");
  const memory = memoryOf(CPU_BYTES, isShared);
  return builds.reverse().map((build) => ({ build, memory, kernels: instantiate(build, memory, isShared) }));
}

// The operands of a product in the engine's memory, and the room that steps need.
function placed(run, engine, shape) {
  const { n, m, p } = shape;
  const arena = new Arena();
  const product = plainly(shape, arena.take(n * m), arena.take(m * p), arena.take(n * p));
  const { a, b } = run.numbers(shape);
  numbersAt(engine.memory, product.a, n * m).set(a);
  numbersAt(engine.memory, product.b, m * p).set(b);
  const rest = arena.next;
  product.room = takeRoom(arena, shape, engine.tile);
  product.room.strassen = rest; // steps run one after another, and none needs what another left there
  product.end = arena.next;
  return product;
}

// The build and the tile of which this browser makes the fastest code, once it has made it.
async function chooseTile(run, engines) {
  const shape = { n: TRIED_SIDE, m: TRIED_SIDE, p: TRIED_SIDE };
  const tries = engines.flatMap((engine) =>
    BUILT.tiles.map((tile) => {
      const each = { ...engine, tile };
      const product = placed(run, each, shape);
      return { engine: each, times_s: [], call: () => packAndMultiply(each, product, product.room) };
    }),
  );
  await warmUp([...tries.map(({ call }) => call), ...engines.flatMap((engine) => others(run, engine))]);
  for (let round = 0; round < TRIED_TIMES; round++) {
    for (const { call, times_s } of shuffled(tries)) times_s.push(timedCall(call, run.data.clock_grain_s).once_s);
  }
  const rated = tries.map(({ engine, times_s }) => ({ ...engine, flops_per_s: (2 * TRIED_SIDE ** 3) / Math.min(...times_s) }));
  for (const { tile, build, flops_per_s } of rated) run.data.tried.push({ tile: tile.name, fused: build === "relaxed", flops_per_s });
  return rated.reduce((best, each) => (each.flops_per_s > best.flops_per_s ? each : best));
}

// A call of every kernel that is no tile.
function others(run, { kernels, memory }) {
  const n = WARM_UP_SIDE;
  const engine = { kernels, memory, tile: LOWEST };
  const product = placed(run, engine, { n, m: n, p: n });
  const { a, b, c, room } = product;
  return [
    () => multiplyStrassen(kernels, n, a, n, b, n, c, n, room.strassen),
    () => multiplyInOrder(engine, product),
    () => packAndMultiply(engine, { ...product, across: 1, along: n, down: 1, right: n }, room),
    () => kernels.peak(PEAK_TURNS / 10, 1),
    () => kernels.read(b, n * n, 10),
  ];
}

async function openPool(run, engine) {
  const isShared = run.data.isolated;
  const pool = await Pool.open(run.data.threads, engine, isShared, 24 * 2 ** 20);
  pool.isShared = isShared;
  return pool;
}

async function prepareThreads(run, pool, tasks, step) {
  const { engine } = run;
  const { clock_grain_s: grain_s } = run.data;
  for (const n of [128, 256, 512, 1024]) {
    const shape = { n, m: n, p: n };
    const { a, b } = run.numbers(shape);
    let time;
    let result;
    if (pool.isShared) {
      const product = placed(run, engine, shape);
      const arena = new Arena(product.end);
      const { edge, rest } = roomOf(shape, engine.tile);
      const rooms = Array.from({ length: pool.threads }, () => ({ ...product.room, edge: arena.take(edge), rest: arena.take(rest) }));
      if (arena.next > CPU_BYTES) break;
      time = (repeats) => {
        placed(run, engine, shape);
        return pool.shared(product, rooms, repeats);
      };
      result = () => numbersAt(engine.memory, product.c, n * n);
    } else {
      const c = new Float32Array(n * n);
      time = async (repeats) => {
        const start = performance.now();
        for (let i = 0; i < repeats; i++) await pool.copied(shape, a, b, c);
        return (performance.now() - start) / 1000 / repeats;
      };
      result = () => c;
    }
    await time(1);
    const error = run.errorOf(shape, result());
    await time(3);
    const once_s = Math.max(await time(4), grain_s / 4);
    let repeats = repeatsFor(once_s, grain_s, 0.004);
    const enough = async () => {
      for (;;) {
        const found_s = await time(repeats);
        if (found_s * repeats >= (GRAINS * grain_s) / 2) return found_s;
        repeats *= 2; // what had been timed first was hindered
      }
    };
    tasks.push({ step, shape, error, time: enough });
    if (once_s * 8 > LONGEST_S) break;
  }
}

// Forward C = AB; backward dA = dC·Bᵀ and dB = Aᵀ·dC, where transposing is reading by other strides.
function cpuGradient(run, engine) {
  const n = CPU_GRADIENT_SIDE;
  const shape = { n, m: n, p: n };
  const { a, b, c, room, end } = placed(run, engine, shape);
  const product = (x, xTurned, y, yTurned, z) => ({
    ...shape, a: x, across: xTurned ? 1 : n, along: xTurned ? n : 1, b: y, down: yTurned ? 1 : n, right: yTurned ? n : 1, c: z,
  });
  const arena = new Arena(end);
  const [dA, dB] = [arena.take(n * n), arena.take(n * n)];
  const forward = () => packAndMultiply(engine, product(a, false, b, false, c), room);
  const backward = () => {
    packAndMultiply(engine, product(c, false, b, true, dA), room);
    packAndMultiply(engine, product(a, true, c, false, dB), room);
  };
  run.data.gradients.push({ device: "cpu", n, ...timesOfBoth(forward, backward, run.data.clock_grain_s) });
}

function timesOfBoth(forward, backward, grain_s) {
  const found = { forward_times_s: [], backward_times_s: [] };
  for (let round = 0; round < ROUNDS; round++) {
    found.forward_times_s.push(timedCall(forward, grain_s).once_s);
    found.backward_times_s.push(timedCall(backward, grain_s).once_s);
  }
  return found;
}

function cpuAddmm(run, engine) {
  for (const batch of ADDMM_BATCHES) {
    const shape = { n: ADDMM_FRAMES * batch, m: ADDMM_WIDTH, p: ADDMM_WIDTH };
    const product = placed(run, engine, shape);
    const call = () => packAndMultiply(engine, product, product.room);
    let timed;
    const times_s = Array.from({ length: 3 }, () => (timed = timedCall(call, run.data.clock_grain_s, timed)).once_s);
    run.data.addmm.push({ device: "cpu", batch, rows: shape.n, inner: shape.m, columns: shape.p, times_s });
    if (median(times_s) * 2 > LONGEST_S) break;
  }
}

// --- The graphics card ---

async function runGpu(run) {
  const { data } = run;
  const steps = GPU_STEPS.map((about) =>
    run.step({
      name: about.name,
      circle: about.circle,
      device: "gpu",
      dtype: about.shader === "half" ? "float16" : "float32",
      tile: about.tile,
      bytes_asked_per_flop: about.asked,
    }),
  );
  run.progress(0.6, "gpu");
  let card;
  try {
    if (data.clock_grain_s > COARSEST_S) throw new Skipped("coarse_clock");
    card = await Card.open(data.clock_grain_s);
  } catch (error) {
    data.no_adapter = reasonOf(error);
    await run.skip("gpu", steps, data.no_adapter);
    return;
  }
  data.adapter = {
    vendor: card.info.vendor ?? "",
    architecture: card.info.architecture ?? "",
    fallback: card.isFallback,
    features: card.features,
    timing: card.timing,
  };
  run.until_s = run.spent_s + GPU_S;
  const tasks = [];
  const kept = {};
  for (const [index, about] of GPU_STEPS.entries()) {
    run.progress(0.62 + 0.12 * (index / GPU_STEPS.length), about.name);
    await run.attempt(steps[index], () => prepareGpuStep(run, card, about, steps[index], tasks, kept));
  }
  await run.rounds(tasks, () => {}, 0.74, 0.86);
  for (const operands of Object.values(kept)) card.free(operands);
  run.progress(0.86, "gpu_peak");
  await run.attemptPart("peak", "gpu", () => gpuPeaks(run, card));
  await run.attemptPart("bandwidth", "gpu", () => gpuBandwidth(run, card));
  run.progress(0.9, "launch");
  await run.attemptPart("launch", "gpu", () => gpuLaunch(run, card));
  run.progress(0.92, "addmm");
  await run.attemptPart("addmm", "gpu", () => gpuAddmm(run, card));
  run.progress(0.97, "gradient");
  await run.attemptPart("gradient", "gpu", () => gpuGradient(run, card));
  card.device.destroy();
}

async function prepareGpuStep(run, card, about, step, tasks, kept) {
  if (about.feature && !card.features.includes(about.feature)) throw new Skipped(`no_feature:${about.feature}`);
  let last_s = 0;
  for (const n of GPU_SIDES) {
    if (last_s * 8 > LONGEST_S || (last_s && run.isLate)) break;
    const shape = { n, m: n, p: n };
    const { a, b } = run.numbers(shape);
    const operands = (kept[n] ??= await card.operands(shape, a, b, card.features.includes("shader-f16")));
    const job = await card.product(about, shape, operands);
    card.submit([job]);
    const error = run.errorOf(shape, await card.read(operands.c, n, n), about.shader === "half" ? 2e-2 : 1e-4);
    const { once_s, repeats } = await card.warmUp([job]);
    last_s = once_s;
    tasks.push({ step, shape, error, time: async () => (await card.allSeconds([job], repeats)) / repeats });
  }
}

async function timesOf(card, jobs, count = 3) {
  const { once_s, repeats } = await card.warmUp(jobs);
  const found = [];
  for (let i = 0; i < (once_s > LONGEST_S / 4 ? 1 : count); i++) found.push(Math.max((await card.allSeconds(jobs, repeats)) / repeats, 1e-12));
  return found;
}

async function gpuPeaks(run, card) {
  const out = await card.buffer(16);
  for (const isHalf of card.features.includes("shader-f16") ? [false, true] : [false]) {
    const times_s = await timesOf(card, [await card.job("peak", { 3: out }, [PEAK_THREADS / 64], isHalf)], ROUNDS);
    const rates = times_s.map((each) => (PEAK_THREADS * FLOPS_OF_A_THREAD) / each);
    const dtype = isHalf ? "float16" : "float32";
    run.data.peaks.push({ device: "gpu", threads: 1, dtype, fused: true, flops_per_s: Math.max(...rates), median_flops_per_s: median(rates) });
  }
  out.destroy();
}

async function gpuBandwidth(run, card) {
  const bytes = Math.min(READ_BYTES, card.device.limits.maxStorageBufferBindingSize);
  const [from, out] = [await card.buffer(bytes), await card.buffer(16)];
  const shapeBuffer = card.shape({ n: bytes / 16, m: 4, p: READ_THREADS });
  const times_s = await timesOf(card, [await card.job("read", { 0: shapeBuffer, 1: from, 3: out }, [READ_THREADS / 64])]);
  run.data.bandwidths.push({ device: "gpu", threads: 1, size_bytes: bytes, bytes_per_s: bytes / median(times_s) });
  card.free({ from, out, shapeBuffer });
}

async function gpuLaunch(run, card) {
  const job = await card.job("empty", {}, [1]);
  card.submit([job]);
  await card.done();
  const [dispatches, waits] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    let start = performance.now();
    for (let i = 0; i < EMPTY_LAUNCHES; i++) card.submit([job]);
    await card.done();
    dispatches.push((performance.now() - start) / 1000 / EMPTY_LAUNCHES);
    start = performance.now();
    for (let i = 0; i < 10; i++) {
      card.submit([job]);
      await card.done();
    }
    waits.push((performance.now() - start) / 10000);
  }
  run.data.launch = { dispatch_s: Math.max(median(dispatches), 1e-9), wait_s: Math.max(median(waits), 1e-9) };
}

async function gpuAddmm(run, card) {
  const vec4 = GPU_STEPS.find(({ shader }) => shader === "vec4");
  for (const batch of ADDMM_BATCHES) {
    if (batch > 1 && run.isLate) break;
    const shape = { n: ADDMM_FRAMES * batch, m: ADDMM_WIDTH, p: ADDMM_WIDTH };
    const { a, b } = run.numbers(shape);
    const operands = await card.operands(shape, a, b);
    const times_s = await timesOf(card, [await card.product(vec4, shape, operands)]);
    card.free(operands);
    run.data.addmm.push({ device: "gpu", batch, rows: shape.n, inner: shape.m, columns: shape.p, times_s });
    if (median(times_s) * 2 > LONGEST_S) break;
  }
}

async function gpuGradient(run, card) {
  const vec4 = GPU_STEPS.find(({ shader }) => shader === "vec4");
  const n = card.isFallback ? 128 : GPU_GRADIENT_SIDE;
  const shape = { n, m: n, p: n };
  const { a, b } = run.numbers(shape);
  const { a: x, b: y, c: z, shapeBuffer } = await card.operands(shape, a, b);
  const [turned, dX, dY] = [await card.buffer(4 * n * n), await card.buffer(4 * n * n), await card.buffer(4 * n * n)];
  const product = (left, right, made) => card.product(vec4, shape, { a: left, b: right, c: made, shapeBuffer });
  const forward = [await product(x, y, z)];
  const backward = [
    await card.transposed(y, shape, turned, shapeBuffer),
    await product(z, turned, dX),
    await card.transposed(x, shape, turned, shapeBuffer),
    await product(turned, z, dY),
  ];
  const forward_times_s = await timesOf(card, forward, ROUNDS);
  const backward_times_s = await timesOf(card, backward, ROUNDS);
  run.data.gradients.push({ device: "gpu", n, forward_times_s, backward_times_s });
  card.free({ x, y, z, shapeBuffer, turned, dX, dY });
}

// --- All of it ---

async function runAll(report) {
  const run = new Run(report);
  run.data.clock_grain_s = clockGrain();
  await runCpu(run);
  await runGpu(run);
  run.progress(1, null);
  return { ...run.data, took_s: run.spent_s };
}

function serveRun() {
  runAll((told) => postMessage(told)).then(
    (data) => postMessage({ data }),
    (error) => postMessage({ failed: oneLine(error) }),
  );
}
