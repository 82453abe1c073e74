// The page's clock, whose grain is what the browser lets a page know: 5 µs where it is isolated, 100 µs or 1 ms elsewhere.

const COARSEST_S = 0.005; // a product cannot be repeated until such a clock tells something
const LONG_S = 0.02;
const GRAINS = 25; // how many of them a time has at least: it is then right to four percent, and mostly to less

function clockGrain() {
  let grain = Infinity;
  const end = performance.now() + 50;
  do {
    const before = performance.now();
    let after;
    do after = performance.now();
    while (after === before);
    grain = Math.min(grain, after - before);
  } while (performance.now() < end);
  return Math.max(grain / 1000, 1e-7);
}

const seconds = (call) => {
  const start = performance.now();
  call();
  return (performance.now() - start) / 1000;
};

// How often to repeat what takes `once_s` so that the clock sees it.
const repeatsFor = (once_s, grain_s, least_s = 0.002) => Math.max(1, Math.ceil(Math.max(GRAINS * grain_s, least_s) / once_s));

// Whether one call is so long that the clock sees it, and that caches are warm for most of it.
const isLong = (once_s, grain_s) => once_s >= Math.max(GRAINS * grain_s, LONG_S);

// Seconds of one of several calls in a row, as many as the clock needs: as many as `former`, what was found before, or more
// where they turn out too few, as after a timing that something hindered. A call before them warms up caches.
function timedCall(call, grain_s, former = { once_s: 0, repeats: 1 }) {
  if (!isLong(former.once_s, grain_s)) call();
  let { repeats } = former;
  for (;;) {
    const all_s = seconds(() => {
      for (let i = 0; i < repeats; i++) call();
    });
    if (all_s >= Math.max(GRAINS * grain_s, 0.002)) return { once_s: all_s / repeats, repeats };
    repeats = all_s < 4 * grain_s ? repeats * 8 : repeatsFor(all_s / repeats, grain_s) + 1;
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve));

// Browsers compile WebAssembly in a hurry, and well on another thread while it runs: called in turns, until none of the
// calls has become faster for a while.
const [FASTER, SETTLED_S, LONGEST_WARM_UP_S] = [0.8, 0.25, 2];

async function warmUp(calls) {
  const start = performance.now();
  const best = calls.map(() => Infinity);
  let changed = start;
  do {
    for (const [index, call] of calls.entries()) {
      const once_s = seconds(call);
      if (once_s < FASTER * best[index]) changed = performance.now();
      best[index] = Math.min(best[index], once_s);
    }
    await pause();
  } while (performance.now() - changed < SETTLED_S * 1000 && performance.now() - start < LONGEST_WARM_UP_S * 1000);
}

const median = (numbers) => {
  const sorted = [...numbers].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

// Fisher and Yates.
function shuffled(items) {
  const found = [...items];
  for (let i = found.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [found[i], found[j]] = [found[j], found[i]];
  }
  return found;
}
