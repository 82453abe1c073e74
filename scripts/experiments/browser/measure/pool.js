// A worker that runs this very script. Pages from disk may start none from a file: it is started from its own text there.
function startWorker(address, name) {
  if (!/^(file|blob):/.test(address)) return new Worker(address, { name });
  return new Worker(URL.createObjectURL(new Blob([`(${measureHere})()`], { type: "text/javascript" })), { name });
}

// Circle 5: workers, over memory that they share where the page is isolated, over copies where it is not.

const MOST_WORKERS = 32;
const BARRIER_SPINS = 20000; // before a thread that waits for the others goes to sleep

const [ARRIVED, GENERATION] = [0, 1]; // places in the memory by which threads wait for one another

function barrier(control, threads) {
  const generation = Atomics.load(control, GENERATION);
  if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
    Atomics.store(control, ARRIVED, 0);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    return;
  }
  for (let i = 0; i < BARRIER_SPINS; i++) if (Atomics.load(control, GENERATION) !== generation) return;
  while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation);
}

// What a worker of the pool does when it is asked.
function servePool() {
  let mine = null;
  const asked = {
    begin({ build, tile, memory, bytes, control, index, threads }) {
      const own = memory ?? memoryOf(bytes);
      mine = { kernels: instantiate(build, own, !!memory), memory: own, tile, control, index, threads, build };
    },

    // Memory is shared: each packs its strips of B, and when all have, multiplies its rows. `repeats` times.
    product({ product, room, strips, rows, repeats }) {
      barrier(mine.control, mine.threads);
      const start = performance.now();
      for (let i = 0; i < repeats; i++) {
        pack(mine, product, room.packed, ...strips);
        barrier(mine.control, mine.threads);
        if (rows[1] > rows[0]) multiplyPacked(mine, product, room, ...rows);
        barrier(mine.control, mine.threads);
      }
      return (performance.now() - start) / 1000 / repeats;
    },

    // Nothing is shared: rows of A, and B, came as copies, and rows of C go back.
    rows({ shape, a, b }) {
      const arena = new Arena();
      const product = plainly(shape, arena.take(a.length), arena.take(b.length), arena.take(shape.n * shape.p));
      const room = takeRoom(arena, shape, mine.tile);
      numbersAt(mine.memory, product.a, a.length).set(a);
      numbersAt(mine.memory, product.b, b.length).set(b);
      if (shape.n) packAndMultiply(mine, product, room);
      return numbersAt(mine.memory, product.c, shape.n * shape.p).slice();
    },

    peak: ({ grain_s }) => peakRate(mine.kernels, mine.build, grain_s),
    read: ({ place, bytes, grain_s }) => readRate(mine.kernels, place, bytes, grain_s),
  };
  onmessage = ({ data }) => {
    try {
      const answer = asked[data.order](data);
      postMessage({ answer }, answer?.buffer ? [answer.buffer] : []);
    } catch (error) {
      postMessage({ reason: reasonOf(error) });
    }
  };
}

class Pool {
  // Throws Skipped where there can be no workers, or no second thread.
  static async open(threads, engine, isShared, bytes) {
    if (threads < 2) throw new Skipped("one_thread");
    const pool = new Pool();
    pool.threads = Math.min(threads, MOST_WORKERS);
    pool.tile = engine.tile;
    try {
      pool.workers = Array.from({ length: pool.threads }, () => startWorker(self.location.href, "pool"));
    } catch {
      throw new Skipped("no_workers");
    }
    const control = isShared ? new Int32Array(new SharedArrayBuffer(8)) : null;
    const { build, tile, memory } = engine;
    try {
      await pool.ask((index) => ({ order: "begin", build, tile, memory: isShared ? memory : null, bytes, control, index, threads: pool.threads }));
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  // The answers of all workers, each asked what `order` makes for its index.
  ask(order) {
    const asked = this.workers.map(
      (worker, index) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => ("reason" in data ? reject(new Skipped(data.reason)) : resolve(data.answer));
          worker.onerror = () => reject(new Skipped("no_workers"));
          worker.postMessage(order(index));
        }),
    );
    return Promise.all(asked);
  }

  // Where the share of worker `index` in `count` things begins, in whole steps.
  #first(index, count, step) {
    return Math.min(count, Math.round((index * Math.ceil(count / step)) / this.threads) * step);
  }

  #share(index, count, step) {
    return [this.#first(index, count, step), this.#first(index + 1, count, step)];
  }

  async shared(product, rooms, repeats) {
    const { rows, columns } = this.tile;
    const times_s = await this.ask((index) => ({
      order: "product",
      product,
      room: rooms[index],
      strips: this.#share(index, roundUp(product.p, columns), columns),
      rows: this.#share(index, product.n, rows),
      repeats,
    }));
    return Math.max(...times_s);
  }

  async copied(shape, a, b, c) {
    const parts = [...this.workers.keys()].map((index) => this.#share(index, shape.n, this.tile.rows));
    const found = await this.ask((index) => {
      const [first, last] = parts[index];
      return { order: "rows", shape: { ...shape, n: last - first }, a: a.slice(first * shape.m, last * shape.m), b };
    });
    found.forEach((rows, index) => c.set(rows, parts[index][0] * shape.p));
  }

  close() {
    for (const worker of this.workers) worker.terminate();
  }
}
