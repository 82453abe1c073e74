// Circles 1 to 4 on one thread: the kernels of `kernels.py`, and what drives them.

const PAGE_BYTES = 65536;
const BLOCK_DEPTH = 512; // a strip of B, so deep and as wide as a tile, stays in L1
const BLOCK_ROWS = 48; // these rows of A, so deep, stay in L2; whole tiles of every height
const SMALLEST_STRASSEN = 64;
const LOWEST = BUILT.tiles[0]; // multiplies what fills no other tile

// --8<-- [start:javascript]
function multiplyNumbers(a, b, c) {
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b[0].length; j++) {
      let sum = 0;
      for (let k = 0; k < b.length; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}
// --8<-- [end:javascript]

const nested = (numbers, columns) =>
  Array.from({ length: numbers.length / columns }, (_, i) => Array.from(numbers.subarray(i * columns, (i + 1) * columns)));

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// The bytes of a build, for memory of one thread's own or for memory that threads share.
function moduleBytes(build, isShared) {
  const bytes = bytesOf(BUILT.builds[build].content);
  bytes[BUILT.builds[build].sharing_at] = isShared ? 3 : 1;
  return bytes;
}

// Builds that this browser runs: "relaxed" has fused multiply-add where the processor has.
const buildsHere = () =>
  typeof WebAssembly === "undefined" ? [] : Object.keys(BUILT.builds).filter((build) => WebAssembly.validate(moduleBytes(build, false)));

// Memory of so many bytes. Throws Skipped where it is refused.
function memoryOf(bytes, isShared = false) {
  const pages = Math.ceil(bytes / PAGE_BYTES) + 1;
  try {
    return new WebAssembly.Memory(isShared ? { initial: pages, maximum: pages, shared: true } : { initial: pages, maximum: pages });
  } catch {
    throw new Skipped("no_memory");
  }
}

const instantiate = (build, memory, isShared = false) => {
  try {
    const module = new WebAssembly.Module(moduleBytes(build, isShared));
    return new WebAssembly.Instance(module, { env: { memory } }).exports;
  } catch (error) {
    throw new Skipped(`failed:${oneLine(error)}`);
  }
};

// Where things lie in a memory: one after another.
class Arena {
  constructor(first = 1024) {
    this.next = first;
  }

  take(numbers) {
    const at = this.next;
    this.next += Math.ceil((numbers * 4) / 128) * 128;
    return at;
  }
}

const numbersAt = (memory, at, count) => new Float32Array(memory.buffer, at, count);

const roundUp = (number, step) => Math.ceil(number / step) * step;

// Room that a product by tiles needs beside its operands: for B packed, and C where tiles stick out of it on the right;
// and, of each thread its own, for a block of A that lies transposed, and for the last rows of A and of C, which fill no
// tile.
const roomOf = ({ n, m, p }, tile) => {
  const columns = roundUp(p, tile.columns);
  const out = p === columns ? 0 : n * columns;
  return { packed: m * columns, out, turned: BLOCK_ROWS * BLOCK_DEPTH, edge: LOWEST.rows * BLOCK_DEPTH, rest: LOWEST.rows * columns };
};

// The operands of a product as they lie in memory: `a` and `b` with the strides of their rows and columns, of which one is
// 1: they lie row by row, or transposed.
const plainly = (shape, a, b, c) => ({ ...shape, a, across: shape.m, along: 1, b, down: shape.p, right: 1, c });

// Circle 4, step 3: the strips from `first` to `last` of B are copied into the order in which the tile reads them.
function pack({ kernels, memory, tile }, { m, p, b, down, right }, packed, first, last) {
  const columns = roundUp(p, tile.columns);
  const whole = Math.min(last, p - (p % tile.columns));
  for (let k0 = 0; k0 < m; k0 += BLOCK_DEPTH) {
    const depth = Math.min(BLOCK_DEPTH, m - k0);
    const strip = (j) => packed + 4 * (k0 * columns + j * depth);
    const from = (j) => b + 4 * (k0 * down + j * right);
    if (last > whole) numbersAt(memory, strip(whole), depth * tile.columns).fill(0);
    if (right === 1) {
      if (whole > first) kernels.pack(depth, whole - first, tile.columns, from(first), down, strip(first));
      if (last > whole) copyRows(memory, depth, p - whole, from(whole), down, strip(whole), tile.columns);
    } else {
      for (let j = first; j < last; j += tile.columns) {
        kernels.transpose(Math.min(tile.columns, p - j), depth, from(j), right, strip(j), tile.columns);
      }
    }
  }
}

// Rows into others, whose numbers lie side by side too.
function copyRows(memory, rows, columns, from, fromStride, to, toStride) {
  const numbers = new Float32Array(memory.buffer);
  for (let i = 0; i < rows; i++) {
    const at = from / 4 + i * fromStride;
    numbers.copyWithin(to / 4 + i * toStride, at, at + columns);
  }
}

// Circle 4, step 3: rows from `first` to `last` of C from A, read where it lies, and B, packed.
function multiplyPacked({ kernels, memory, tile }, product, room, first = 0, last = product.n) {
  const { m, p, a, across, along, c } = product;
  const columns = roundUp(p, tile.columns);
  const [out, edge] = [p === columns ? c : room.out, numbersAt(memory, room.edge, LOWEST.rows * BLOCK_DEPTH)];
  const multiply = ({ name }, i, rows, isEdge) => {
    const to = isEdge ? room.rest : out + 4 * i * columns;
    for (let k0 = 0; k0 < m; k0 += BLOCK_DEPTH) {
      const depth = Math.min(BLOCK_DEPTH, m - k0);
      let [from, apart] = [a + 4 * (i * across + k0 * along), across];
      if (along !== 1) {
        kernels.transpose(depth, rows, from, along, room.turned, depth);
        [from, apart] = [room.turned, depth];
      }
      if (isEdge) {
        edge.fill(0);
        copyRows(memory, rows, depth, from, apart, room.edge, depth);
        [from, apart] = [room.edge, depth];
      }
      const strips = [room.packed + 4 * k0 * columns, tile.columns, tile.columns * depth];
      kernels[`tile_${name}`](depth, isEdge ? LOWEST.rows : rows, columns, from, apart, ...strips, to, columns, k0);
    }
    if (isEdge) copyRows(memory, rows, columns, to, columns, out + 4 * i * columns, columns);
  };
  for (let i = first, rows; i < last; i += rows) {
    const left = last - i;
    const fits = [tile, LOWEST].find((each) => each.rows <= left);
    rows = fits ? Math.min(BLOCK_ROWS, left - (left % fits.rows)) : left;
    multiply(fits ?? LOWEST, i, rows, !fits);
  }
  if (out !== c) copyRows(memory, last - first, p, out + 4 * first * columns, columns, c + 4 * first * p, p);
}

const takeRoom = (arena, shape, tile) => {
  const sizes = roomOf(shape, tile);
  return Object.fromEntries(Object.entries(sizes).map(([name, numbers]) => [name, arena.take(numbers)]));
};

const packAndMultiply = (engine, product, room) => {
  pack(engine, product, room.packed, 0, roundUp(product.p, engine.tile.columns));
  multiplyPacked(engine, product, room);
};

// Circle 4, step 2: the tile in registers, A and B read in place, by blocks. Edges are left to the loops of circle 2.
function multiplyInPlace({ kernels, tile }, { n, m, p, a, b, c }) {
  const [rows, columns] = [n - (n % tile.rows), p - (p % tile.columns)];
  const multiply = kernels[`tile_${tile.name}`];
  for (let k0 = 0; k0 < m && rows && columns; k0 += BLOCK_DEPTH) {
    const depth = Math.min(BLOCK_DEPTH, m - k0);
    for (let i = 0; i < rows; i += BLOCK_ROWS) {
      const some = Math.min(BLOCK_ROWS, rows - i);
      multiply(depth, some, columns, a + 4 * (i * m + k0), m, b + 4 * k0 * p, p, tile.columns, c + 4 * i * p, p, k0);
    }
  }
  kernels.scalar(rows, m, p - columns, a, m, b + 4 * columns, p, c + 4 * columns, p);
  kernels.scalar(n - rows, m, p, a + 4 * rows * m, m, b, p, c + 4 * rows * p, p);
}

// Circle 4, step 1.
function multiplyInOrder({ kernels, memory }, { n, m, p, a, b, c }) {
  numbersAt(memory, c, n * p).fill(0);
  kernels.order(n, m, p, a, b, c);
}

// Circle 3, squares of a side that halves down to the loops of circle 2; `room` is for three squares of half the side,
// and then for three of a quarter.
function multiplyStrassen(kernels, n, a, aStride, b, bStride, c, cStride, room) {
  if (n <= SMALLEST_STRASSEN || n % 2) {
    kernels.scalar(n, n, n, a, aStride, b, bStride, c, cStride);
    return;
  }
  const half = n / 2;
  const quarter = (place, stride) => [0, half, half * stride, half * stride + half].map((by) => place + 4 * by);
  const [a11, a12, a21, a22] = quarter(a, aStride);
  const [b11, b12, b21, b22] = quarter(b, bStride);
  const [c11, c12, c21, c22] = quarter(c, cStride);
  const [left, right, made, deeper] = [0, 1, 2, 3].map((index) => room + 4 * index * half * half);
  const add = (x, y, stride, to, sign) => (kernels.combine(half, x, stride, y, stride, to, half, sign), [to, half]);
  const product = ([x, xStride], [y, yStride], ...targets) => {
    multiplyStrassen(kernels, half, x, xStride, y, yStride, made, half, deeper);
    for (const [target, sign, isFirst] of targets) {
      if (isFirst) kernels.combine(half, made, half, made, half, target, cStride, 0);
      else kernels.combine(half, target, cStride, made, half, target, cStride, sign);
    }
  };
  product(add(a11, a22, aStride, left, 1), add(b11, b22, bStride, right, 1), [c11, 1, true], [c22, 1, true]);
  product(add(a21, a22, aStride, left, 1), [b11, bStride], [c21, 1, true], [c22, -1]);
  product([a11, aStride], add(b12, b22, bStride, right, -1), [c12, 1, true], [c22, 1]);
  product([a22, aStride], add(b21, b11, bStride, right, -1), [c11, 1], [c21, 1]);
  product(add(a11, a12, aStride, left, 1), [b22, bStride], [c11, -1], [c12, 1]);
  product(add(a21, a11, aStride, left, -1), add(b11, b12, bStride, right, 1), [c22, 1]);
  product(add(a12, a22, aStride, left, -1), add(b21, b22, bStride, right, 1), [c11, 1]);
}

// Circle 9. FLOP/s of one thread, in a few milliseconds.
const PEAK_TURNS = 100000;

function peakRate(kernels, build, grain_s) {
  const isFused = build === "relaxed";
  const { once_s } = timedCall(() => kernels.peak(PEAK_TURNS, isFused ? 0.5 : 1), grain_s);
  return (BUILT.accumulators * 4 * (isFused ? 2 : 1) * PEAK_TURNS) / once_s;
}

function readRate(kernels, place, bytes, grain_s) {
  const times = Math.max(1, Math.floor(4e6 / bytes));
  const { once_s } = timedCall(() => kernels.read(place, bytes / 4, times), grain_s);
  return (bytes * times) / once_s;
}

// Whether relaxed multiply-add rounds once: (1 + 2⁻¹²)² - round((1 + 2⁻¹²)²) is then not zero.
function isFusedHere({ kernels, memory, tile }, arena) {
  const [a, b, c] = [arena.take(tile.rows * 2), arena.take(2 * tile.columns), arena.take(tile.rows * tile.columns)];
  const x = 1 + 2 ** -12;
  numbersAt(memory, a, 2 * tile.rows).fill(x).forEach((_, i, numbers) => i % 2 || (numbers[i] = -1));
  const row = numbersAt(memory, b, 2 * tile.columns).fill(x);
  row.fill(Math.fround(x * x), 0, tile.columns);
  kernels[`tile_${tile.name}`](2, tile.rows, tile.columns, a, 2, b, tile.columns, 0, c, tile.columns, 0);
  return numbersAt(memory, c, 1)[0] !== 0;
}
