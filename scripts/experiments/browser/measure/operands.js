// Matrices to multiply, and the float64 product that every other is checked against.

const WHOLLY_CHECKED = 256; // beyond this side some rows are checked: a float64 product would take most of the run
const ROWS_CHECKED = 12;

class Skipped extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const oneLine = (error) => `${error.name}: ${error.message}`.replace(/\s+/g, " ").slice(0, 200);
const reasonOf = (error) => error.reason ?? `failed:${oneLine(error)}`;

// Numbers between -1 and 1, the same every time.
function randomNumbers(count, seed) {
  const found = new Float32Array(count);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    found[i] = state / 2147483648;
  }
  return found;
}

// The rows of the float64 product of A and B that a product is checked by. Of a large one these are the first, the last
// and some between.
function exactRows({ n, m, p }, a, b) {
  const rows = n <= WHOLLY_CHECKED ? [...Array(n).keys()] : [];
  for (let i = 0; rows.length < Math.min(n, ROWS_CHECKED) && n > WHOLLY_CHECKED; i++) {
    rows.push(i < 4 ? i : i < 8 ? n - 1 - (i - 4) : Math.floor((i * n) / ROWS_CHECKED));
  }
  return rows.map((i) => {
    const exact = new Float64Array(p);
    for (let k = 0; k < m; k++) {
      const number = a[i * m + k];
      for (let j = 0; j < p; j++) exact[j] += number * b[k * p + j];
    }
    return [i, exact];
  });
}

// The largest deviation of C from the rows of `exactRows`, as a share of their largest number. Throws Skipped for a wrong
// product.
function errorOf({ n, m, p }, exact, c, allowed = 1e-4) {
  let deviation = 0;
  let largest = 1e-30;
  for (const [i, row] of exact) {
    for (let j = 0; j < p; j++) {
      const apart = Math.abs(c[i * p + j] - row[j]);
      deviation = apart <= deviation ? deviation : apart; // so that NaN is not passed over
      largest = Math.max(largest, Math.abs(row[j]));
    }
  }
  const error = deviation / largest;
  if (!(error <= allowed)) throw new Skipped(`wrong:${n}x${m}x${p}`);
  return error;
}
