// Numbers and reasons in words, as the site writes them.
const readerSays = (() => {
  const SPACE = "\u00a0";
  const RATES = [["ТФЛОП/с", 1e12], ["ГФЛОП/с", 1e9], ["МФЛОП/с", 1e6], ["КФЛОП/с", 1e3]];
  const BYTES = [["ТБ/с", 1e12], ["ГБ/с", 1e9], ["МБ/с", 1e6]];
  const TIMES = [["с", 1], ["мс", 1e-3], ["мкс", 1e-6], ["нс", 1e-9]];
  const REASONS = {
    no_wasm: "браузер не исполняет WebAssembly",
    no_simd: "в WebAssembly этого браузера нет SIMD",
    no_webgpu: "в этом браузере нет WebGPU",
    no_adapter: "WebGPU есть, но карты браузер не дал",
    no_workers: "браузер не даёт вторых потоков",
    one_thread: "поток у этой машины один",
    no_memory: "не хватило памяти",
    no_time: "не хватило времени: круги выше шли слишком долго",
    coarse_clock: "часы этого браузера для него слишком грубы",
    device_lost: "карта потерялась посреди замера",
    no_feature: "карта этого не умеет",
    no_shader: "шейдер не собрался",
    doubtful: "вышло быстрее измеренного потолка, а так не бывает",
    wrong: "ответ разошёлся с float64",
    failed: "не запустился",
  };

  // With so many digits after the comma; 5000, but 20 480.
  const fixed = (value, digits) =>
    value.toLocaleString("ru-RU", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: "min2" });

  const number = (value, significant = 3) => {
    if (!Number.isFinite(value)) return "—";
    const shown = Math.abs(Number(value.toPrecision(significant)));
    const digits = shown ? Math.max(0, significant - 1 - Math.floor(Math.log10(shown))) : 0;
    return fixed(value, digits);
  };

  const natural = (units) => (value, significant = 3) => {
    const [unit, size] = units.find(([, each]) => value >= each * 0.9995) ?? units.at(-1);
    return `${number(value / size, significant)}${SPACE}${unit}`;
  };

  const plural = (count, one, few, many) =>
    ({ one, few, many, other: few })[new Intl.PluralRules("ru").select(count)];

  return {
    SPACE,
    fixed,
    number,
    plural,
    rate: natural(RATES),
    bytes: natural(BYTES),
    time: natural(TIMES),
    percent: (share) => `${number(share * 100, share < 0.0995 ? 1 : 2)}${SPACE}%`,
    ratio: (value) => `${number(value, value < 100 ? 2 : 3)}×`,
    // Why a step was not measured, or a whole run: `KIND`, or `KIND:DETAIL` with the browser's own words.
    reason(told) {
      const [kind] = told.split(":", 1);
      const detail = told.slice(kind.length + 1);
      return `${REASONS[kind] ?? kind}${detail ? `: ${detail}` : ""}`;
    },
  };
})();
