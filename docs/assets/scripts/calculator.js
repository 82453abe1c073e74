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
  const money = (value) => (value < 100 ? `${number(value, 2)} ₽` : `${number(value)} ₽`);
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

  const line = (kind, text) => {
    form.querySelector(`[data-line="${kind}"]`).textContent = text;
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

  const describe = (name, { servers, cost, bridges, perHour }) =>
    `${name}: ${number(servers)} ${plural(servers, "сервер", "сервера", "серверов")}, вместе с электричеством ` +
    `${money(cost)}, или ${money(perHour)} за час звука, или ${number(bridges, 2)} моста.`;

  const verdict = (cpu, gpu) => {
    const ratio = Math.max(cpu.cost, gpu.cost) / Math.min(cpu.cost, gpu.cost);
    if (ratio < 1.05) return "Всё равно: выйдет почти поровну";
    const times = `в ${number(ratio, 1)} раза`;
    return gpu.cost < cpu.cost ? `GPU дешевле ${times}` : `Без GPU дешевле ${times}`;
  };

  const update = () => {
    const output = form.elements.verdict;
    if (!form.checkValidity()) {
      output.value = "Впишите во все поля положительные числа";
      ["cpu", "gpu", "bridge"].forEach((kind) => line(kind, ""));
      return;
    }
    const input = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, Number(value)]));
    const bridge = input["bridge-mass"] * input["iron-price"];
    const cpu = estimate("cpu", input, bridge);
    const gpu = estimate("gpu", input, bridge);
    output.value = verdict(cpu, gpu);
    line("cpu", describe("Без GPU", cpu));
    line("gpu", describe("С GPU", gpu));
    const rest = Math.min(cpu.cost, gpu.cost) / bridge;
    const moral =
      rest < 1
        ? "серверы дешевле, и речь распознают только они."
        : "дешевле серверов, но речь не распознаёт.";
    line("bridge", `Мост: ${money(bridge)}; ${moral}`);
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
