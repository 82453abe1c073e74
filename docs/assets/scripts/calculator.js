// The estimate on /gpu/: servers without a GPU, servers with one, or a cast-iron bridge. Throughput is read from the
// page's measured values (seconds of sound a day); everything else is the reader's own input.
(() => {
  const form = document.querySelector("form.calculator");
  if (!form) return;

  const HOUR_S = 3600;
  const DAYS_A_YEAR = 365.25;

  // A formatter takes a phone longer to make than all else here.
  const formats = [0, 1, 2].map(
    (digits) => new Intl.NumberFormat("ru-RU", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const rules = new Intl.PluralRules("ru");
  const number = (value, digits = 0) => formats[digits].format(value);
  const money = (value) => (value < 100 ? `${number(value, 2)}\u00a0₽` : `${number(value)}\u00a0₽`);
  const plural = (count, one, few, many) =>
    ({ one, few, many, other: few })[rules.select(count)];

  const throughput = (kind) => {
    const measured = document.querySelector(`[data-throughput="${kind}"] data.measured`);
    return measured ? Number(measured.value) / HOUR_S : NaN;
  };
  const perDay = {};
  const read = () => Object.assign(perDay, { cpu: throughput("cpu"), gpu: throughput("gpu") });
  read();
  if (!(perDay.cpu > 0 && perDay.gpu > 0)) return;

  const LEAST = 0.01; // what two places after the comma can tell from nothing

  const bridges = (count) => {
    if (count < LEAST) return `меньше ${number(LEAST, 2)} моста`;
    if (count < 100) return `${number(count, 2)} моста`;
    return `${number(count)} ${plural(Math.round(count), "мост", "моста", "мостов")}`;
  };

  // A bar is as long as its cost, the longest of them as its line; each bridge in it is an arch while arches are seen.
  const MOST_ARCHES = 30;
  const line = (kind, count, longest, text) => {
    const item = form.querySelector(`[data-line="${kind}"]`);
    item.querySelector("strong").textContent = bridges(count);
    item.querySelector("small").textContent = text;
    const bar = item.querySelector(".calculator-bar");
    bar.style.width = `${(count / longest) * 100}%`;
    bar.style.setProperty("--arch", `${100 / count}%`);
    bar.classList.toggle("calculator-arches", longest <= MOST_ARCHES);
  };

  const estimate = (kind, input, bridge) => {
    const servers = Math.ceil(input.hours / (perDay[kind] * (input.shift / 24)));
    const energyKwh = (servers * input[`${kind}-power`] * 24 * DAYS_A_YEAR * input.years) / 1000;
    const cost = servers * input[`${kind}-price`] + energyKwh * input.electricity;
    return {
      servers,
      cost,
      bridges: cost / bridge,
      perHour: cost / (input.hours * DAYS_A_YEAR * input.years),
    };
  };

  const describe = ({ servers, cost, perHour }) =>
    `${number(servers)} ${plural(servers, "сервер", "сервера", "серверов")} и электричество: ` +
    `${money(cost)}, то есть ${money(perHour)} за час звука`;

  const verdict = (cpu, gpu) => {
    const ratio = Math.max(cpu.cost, gpu.cost) / Math.min(cpu.cost, gpu.cost);
    if (ratio < 1.05) return "Всё равно: выйдет почти поровну";
    const times = `в ${number(ratio, 1)} раза`;
    return gpu.cost < cpu.cost ? `GPU дешевле ${times}` : `Без GPU дешевле ${times}`;
  };

  const update = () => {
    const output = form.elements.verdict;
    const wrong = form.querySelector("input:invalid");
    form.querySelector(".calculator-bars").hidden = Boolean(wrong);
    if (wrong) {
      const { min, max, labels } = wrong;
      const most = max && ` до ${max}`;
      output.value = `«${labels[0].textContent.trim()}»: здесь нужно число от ${min}${most}`;
      return;
    }
    const input = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, Number(value)]));
    const bridge = input["bridge-mass"] * input["iron-price"];
    const cpu = estimate("cpu", input, bridge);
    const gpu = estimate("gpu", input, bridge);
    output.value = verdict(cpu, gpu);
    const longest = Math.max(cpu.bridges, gpu.bridges, 1);
    line("cpu", cpu.bridges, longest, describe(cpu));
    line("gpu", gpu.bridges, longest, describe(gpu));
    const moral =
      Math.min(cpu.bridges, gpu.bridges) < 1
        ? "серверы дешевле, и речь распознают только они"
        : "дешевле серверов, но речь не распознаёт";
    line("bridge", 1, longest, `${money(bridge)}; ${moral}`);
  };

  form.addEventListener("input", update);
  document.addEventListener("machine-chosen", () => {
    read();
    update();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  update();
})();
