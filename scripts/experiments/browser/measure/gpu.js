// Circles 6, 8 and 9 on the graphics card: WebGPU, a file of `wgsl/` each.

// How many rows and columns of C a workgroup makes, and what of the card a step needs.
const GPU_STEPS = [
  { name: "gpu_naive", shader: "naive", circle: 6, rows: 16, columns: 16, swapped: true, asked: 4, tile: null },
  { name: "gpu_coalesced", shader: "coalesced", circle: 6, rows: 16, columns: 16, asked: 4, tile: null },
  { name: "gpu_workgroup", shader: "workgroup", circle: 6, rows: 16, columns: 16, asked: 0.25, tile: null },
  { name: "gpu_thread", shader: "thread", circle: 6, rows: 64, columns: 64, asked: 0.0625, tile: "4x4" },
  { name: "gpu_vec4", shader: "vec4", circle: 6, rows: 64, columns: 64, asked: 0.0625, tile: "8x8" },
  { name: "gpu_half", shader: "half", circle: 8, rows: 64, columns: 64, asked: 0.03125, tile: "8x4", feature: "shader-f16" },
  { name: "gpu_subgroups", shader: "subgroups", circle: 8, rows: 8, columns: 256, asked: 0.53125, tile: "8x4", feature: "subgroups" },
];
const GPU_FEATURES = ["shader-f16", "subgroups", "timestamp-query"];
const TIMESTAMP_GRAIN_S = 1e-4; // browsers tell a card's timestamps no finer, lest pages learn too much
const LONGEST_BATCH_S = 0.25; // of dispatches in one pass: a card that is away longer freezes the screen
const PEAK_THREADS = 65536;
const FLOPS_OF_A_THREAD = 256 * 8 * 4 * 2;
const READ_BYTES = 64 * 2 ** 20;
const READ_THREADS = 65536;
const EMPTY_LAUNCHES = 100;

const rounded4 = (count) => roundUp(count, 4);

class Card {
  // Throws Skipped where there is none.
  static async open(grain_s) {
    if (!self.navigator.gpu) throw new Skipped("no_webgpu");
    let adapter;
    try {
      adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    } catch (error) {
      throw new Skipped(`failed:${oneLine(error)}`);
    }
    if (!adapter) throw new Skipped("no_adapter");
    const card = new Card();
    card.features = GPU_FEATURES.filter((feature) => adapter.features.has(feature));
    card.info = adapter.info ?? {};
    card.isFallback = !!(card.info.isFallbackAdapter ?? adapter.isFallbackAdapter) || /swiftshader|llvmpipe/i.test(card.info.architecture ?? "");
    try {
      card.device = await adapter.requestDevice({
        requiredFeatures: card.features,
        requiredLimits: { maxStorageBufferBindingSize: Math.min(READ_BYTES, adapter.limits.maxStorageBufferBindingSize) },
      });
    } catch (error) {
      throw new Skipped(`failed:${oneLine(error)}`);
    }
    card.lost = new Promise((_, reject) => card.device.lost.then(() => reject(new Skipped("device_lost"))));
    card.lost.catch(() => {});
    card.device.onuncapturederror = ({ error }) => (card.wrong ??= error.message);
    card.pipelines = {};
    card.grain_s = grain_s;
    if (card.features.includes("timestamp-query")) {
      card.queries = card.device.createQuerySet({ type: "timestamp", count: 2 });
      card.resolved = card.device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
      card.told = card.device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    }
    return card;
  }

  get timing() {
    return this.queries ? "timestamps" : "batches";
  }

  // Throws Skipped for what the card refused since it was asked last.
  check() {
    const wrong = this.wrong;
    this.wrong = null;
    if (wrong) throw new Skipped(`failed:${wrong.replace(/\s+/g, " ").slice(0, 200)}`);
  }

  // What WebGPU promises, unless the card is lost meanwhile: then it may promise for ever.
  awaited(promise) {
    return Promise.race([promise, this.lost]);
  }

  // Throws Skipped for a shader that does not compile here.
  async pipeline(shader, isHalf = false) {
    const key = `${shader} ${isHalf}`;
    if (!(key in this.pipelines)) {
      const source = isHalf ? `enable f16;\n${BUILT.shaders[shader].replaceAll("f32", "f16")}` : BUILT.shaders[shader];
      const enabled = source.match(/^enable .*;$/gm) ?? [];
      const code = [...enabled, BUILT.shaders.shape, source.replace(/^enable .*;$/gm, "")].join("\n");
      const module = this.device.createShaderModule({ code });
      try {
        const described = { layout: "auto", compute: { module, entryPoint: "main" } };
        this.pipelines[key] = await this.awaited(this.device.createComputePipelineAsync(described));
      } catch (error) {
        if (error instanceof Skipped) throw error;
        const { messages } = await this.awaited(module.getCompilationInfo());
        this.wrong = null; // told here
        throw new Skipped(`no_shader:${shader}: ${oneLine(messages[0] ? { name: "WGSL", message: messages[0].message } : error)}`);
      }
    }
    return this.pipelines[key];
  }

  // Throws Skipped where the card has no such memory.
  async buffer(bytes, usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST) {
    if (bytes > this.device.limits.maxStorageBufferBindingSize) throw new Skipped("no_memory");
    this.device.pushErrorScope("out-of-memory");
    const made = this.device.createBuffer({ size: Math.max(16, roundUp(bytes, 16)), usage });
    if (await this.awaited(this.device.popErrorScope())) throw new Skipped("no_memory");
    return made;
  }

  // A matrix whose rows begin at whole vectors.
  async matrix(numbers, rows, columns) {
    const stride = rounded4(columns);
    const made = await this.buffer(4 * rows * stride);
    let padded = numbers;
    if (stride !== columns) {
      padded = new Float32Array(rows * stride);
      for (let i = 0; i < rows; i++) padded.set(numbers.subarray(i * columns, (i + 1) * columns), i * stride);
    }
    this.device.queue.writeBuffer(made, 0, padded);
    return made;
  }

  shape({ n, m, p }) {
    const made = this.device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    this.device.queue.writeBuffer(made, 0, new Uint32Array([n, m, p, rounded4(m), rounded4(p)]));
    return made;
  }

  // What a dispatch of the shader is: buffers by their binding, and how many workgroups.
  async job(shader, buffers, groups, isHalf = false) {
    const pipeline = await this.pipeline(shader, isHalf);
    const entries = Object.entries(buffers).map(([binding, buffer]) => ({ binding: Number(binding), resource: { buffer } }));
    const group = entries.length ? this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }) : null;
    return { pipeline, group, groups };
  }

  submit(jobs, repeats = 1, isTimed = false) {
    const encoder = this.device.createCommandEncoder();
    const timestampWrites = { querySet: this.queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass(isTimed ? { timestampWrites } : {});
    for (let i = 0; i < repeats; i++) {
      for (const { pipeline, group, groups } of jobs) {
        pass.setPipeline(pipeline);
        if (group) pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...groups);
      }
    }
    pass.end();
    if (isTimed) {
      encoder.resolveQuerySet(this.queries, 0, 2, this.resolved, 0);
      encoder.copyBufferToBuffer(this.resolved, 0, this.told, 0, 16);
    }
    this.device.queue.submit([encoder.finish()]);
  }

  done() {
    return this.awaited(this.device.queue.onSubmittedWorkDone());
  }

  // Seconds of all dispatches, by the card's own clock or by the page's.
  async allSeconds(jobs, repeats) {
    const start = performance.now();
    this.submit(jobs, repeats, !!this.queries);
    if (!this.queries) {
      await this.done();
      return (performance.now() - start) / 1000;
    }
    await this.awaited(this.told.mapAsync(GPUMapMode.READ));
    const [begin, end] = new BigInt64Array(this.told.getMappedRange().slice(0));
    this.told.unmap();
    return Number(end - begin) / 1e9;
  }

  // How often to repeat the jobs in one pass, and what they take: as long as the clock needs.
  async warmUp(jobs) {
    await this.allSeconds(jobs, 1);
    const least_s = this.queries ? GRAINS * TIMESTAMP_GRAIN_S : Math.max(GRAINS * this.grain_s, 0.02);
    let repeats = 1;
    for (;;) {
      const all_s = await this.allSeconds(jobs, repeats);
      this.check();
      if (all_s >= least_s || repeats >= 1 << 14) return { once_s: Math.max(all_s, 1e-9) / repeats, repeats };
      const wanted = Math.ceil((1.1 * repeats * least_s) / Math.max(all_s, 1e-5));
      repeats = Math.min(1 << 14, wanted, repeats * 16);
    }
  }

  async read(buffer, rows, columns) {
    const stride = rounded4(columns);
    const staging = this.device.createBuffer({ size: Math.max(16, 4 * rows * stride), usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * rows * stride);
    this.device.queue.submit([encoder.finish()]);
    await this.awaited(staging.mapAsync(GPUMapMode.READ));
    const padded = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    if (stride === columns) return padded;
    const found = new Float32Array(rows * columns);
    for (let i = 0; i < rows; i++) found.set(padded.subarray(i * stride, i * stride + columns), i * columns);
    return found;
  }

  // The dispatch of one step: C = AB.
  product(step, shape, { a, b, c, shapeBuffer, halfA, halfB }) {
    const isHalf = step.shader === "half";
    const across = Math.ceil(shape.p / step.columns);
    const down = Math.ceil(shape.n / step.rows);
    const buffers = { 0: shapeBuffer, 1: isHalf ? halfA : a, 2: isHalf ? halfB : b, 3: c };
    return this.job(step.shader, buffers, step.swapped ? [down, across] : [across, down]);
  }

  async operands(shape, a, b, withHalf = false) {
    const { n, m, p } = shape;
    const made = {
      a: await this.matrix(a, n, m),
      b: await this.matrix(b, m, p),
      c: await this.buffer(4 * n * rounded4(p)),
      shapeBuffer: this.shape(shape),
    };
    if (withHalf) {
      for (const [name, from, count] of [["halfA", made.a, n * rounded4(m)], ["halfB", made.b, m * rounded4(p)]]) {
        made[name] = await this.buffer(2 * count);
        this.submit([await this.job("narrow", { 1: from, 3: made[name] }, [Math.min(65535, Math.ceil(count / 256)), 1])]);
      }
    }
    return made;
  }

  free(operands) {
    for (const buffer of Object.values(operands)) buffer.destroy();
  }

  async transposed(buffer, shape, target, shapeBuffer) {
    return this.job("transpose", { 0: shapeBuffer, 1: buffer, 3: target }, [Math.ceil(shape.m / 16), Math.ceil(shape.n / 16)]);
  }
}

// Each step once, on operands of any shape: C as the card has it. Tests call it, and every step is checked by it.
async function gpuProduct(card, step, shape, a, b) {
  if (step.feature && !card.features.includes(step.feature)) throw new Skipped(`no_feature:${step.feature}`);
  const operands = await card.operands(shape, a, b, step.shader === "half");
  try {
    const job = await card.product(step, shape, operands);
    card.submit([job]);
    const found = await card.read(operands.c, shape.n, shape.p);
    card.check();
    return found;
  } finally {
    card.free(operands);
  }
}
