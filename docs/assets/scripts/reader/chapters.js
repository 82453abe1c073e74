// The same run in the other chapters: what a launch costs beside the work of one addmm, and a product's way back.
const readerChapters = (() => {
  const { SPACE, number, percent, plural, rate, ratio, time } = readerSays;
  const { median } = readerStory;
  const WHO = { cpu: "процессор", gpu: "видеокарта" };

  const element = (name, kind, text) => {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // Rows of `[title, value, told, facts]` with bars as long as their values.
  const bars = (rows) => {
    const list = element("ol", "reader-bars");
    list.setAttribute("role", "list");
    const most = Math.max(...rows.map(([, value]) => value));
    for (const [title, value, told, facts] of rows) {
      const made = list.appendChild(element("li"));
      const bar = element("span", "bar");
      bar.setAttribute("aria-hidden", "true");
      bar.style.setProperty("--at", (value / most).toFixed(4));
      bar.append(element("i"));
      made.append(element("span", "title", title), element("span", "rate", told), bar, element("span", "facts", facts));
    }
    return list;
  };

  const timeOf = ({ times_s }) => median(times_s);
  const speedOf = (batch) => (2 * batch.rows * batch.inner * batch.columns) / timeOf(batch);

  // How idle the card stands: while one launch is made, and while the page waits for each answer.
  const idle = ({ launch, addmm }) => {
    const one = addmm.filter(({ device }) => device === "gpu").sort((a, b) => a.batch - b.batch)[0];
    if (!launch || !one) return [];
    const work = timeOf(one);
    const waiting = launch.wait_s / (launch.wait_s + work);
    const said = [
      `Пустой запуск здесь стоит ${time(launch.dispatch_s)}, addmm одной фразы — ${time(work)}.`,
      launch.dispatch_s > work
        ? `Запуск дольше работы: даже если не ждать ответов, карта простояла бы ${percent(1 - work / launch.dispatch_s)} времени.`
        : "Работа дольше запуска: если не ждать ответов, очередь не опустеет.",
      `Если же ждать каждого ответа, к работе прибавляется ${time(launch.wait_s)} дороги туда и обратно, и карта простаивает ${percent(waiting)} времени.`,
    ];
    return said;
  };

  // Why there is nothing, or no more, of a part on a device.
  const lost = (data, part, device, isBegun = false) => {
    const why = device === "gpu" && data.no_adapter ? null : readerStory.whyNot(data, part, device);
    return why ? [element("p", "reader-note", `${WHO[device]}: ${isBegun ? "дальше" : "здесь"} не измерено, ${readerSays.reason(why)}.`)] : [];
  };

  const DRAWN = {
    gpu({ data }) {
      const said = idle(data);
      const made = [];
      if (said.length) made.push(element("p", "", said.join(" ")));
      else if (data.no_adapter) made.push(element("p", "", `Карты в этом браузере нет: ${readerSays.reason(data.no_adapter)}. Остаётся процессор.`));
      for (const device of ["gpu", "cpu"]) {
        const batches = data.addmm.filter((batch) => batch.device === device).sort((a, b) => a.batch - b.batch);
        const end = lost(data, "addmm", device, batches.length);
        if (!batches.length && !end.length) continue;
        made.push(element("h4", "", `Пачки, ${WHO[device]}`));
        if (batches.length) {
          const first = speedOf(batches[0]);
          made.push(bars(batches.map((batch) => [
            `${batch.batch}${SPACE}${plural(batch.batch, "фраза", "фразы", "фраз")}`,
            speedOf(batch),
            rate(speedOf(batch)),
            `${time(timeOf(batch) / batch.batch)} на фразу, ${ratio(speedOf(batch) / first)} к одной`,
          ])));
        }
        made.push(...end);
      }
      return made;
    },

    derivative({ data }) {
      const made = data.gradients.flatMap(({ device, n, forward_times_s, backward_times_s }) => {
        const [there, back] = [median(forward_times_s), median(backward_times_s)];
        const verdict = `${WHO[device]}, ${n}${SPACE}×${SPACE}${n}: назад ${ratio(back / there)} к пути вперёд`;
        return [element("h4", "", verdict), bars([
          ["вперёд", there, time(there), "C = AB"],
          ["назад", back, time(back), "dA = dC·Bᵀ и dB = Aᵀ·dC"],
        ])];
      });
      return [...made, ...Object.keys(WHO).flatMap((device) => lost(data, "gradient", device))];
    },
  };

  return {
    // Null takes everything away.
    draw(found) {
      for (const holder of document.querySelectorAll(".reader-story")) {
        const made = found ? DRAWN[holder.dataset.story](found) : [];
        if (found && !made.length) made.push(element("p", "", "На это у браузера не хватило возможностей или времени."));
        if (found) made.push(element("p", "reader-note", `Измерено здесь же, ${readerPanel.nameOf(found)}; медианы, ${number(found.data.took_s, 2)}${SPACE}с на всё.`));
        holder.replaceChildren(...made);
        holder.hidden = !found;
      }
    },
  };
})();
