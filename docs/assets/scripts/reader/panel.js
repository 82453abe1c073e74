// The panel: a run with its progress, each step as it is done, and what it all comes to.
const readerPanel = (() => {
  const { SPACE, bytes, number, percent, plural, rate, ratio, reason, time } = readerSays;
  const MEASURING = document.querySelector("[data-webassembly]").dataset.webassembly;
  const SITE = new URL("../../../", reader.here);
  const UNNAMED = "ваш браузер";
  const STOPPED = {
    AbortError: "Остановлено, ничего не сохранено.",
    HiddenError: "Вкладку убрали с глаз, а такие браузер придерживает: замер остановлен. Начните ещё раз и посмотрите на него.",
    WorkerError: location.protocol === "file:"
      ? "С диска браузер не пускает страницу к вычислительным потокам. Откройте её с любого сервера, хватит и локального."
      : "Браузер не дал ни одного вычислительного потока, мерить негде.",
  };
  // What is measured beside the steps.
  const PARTS = {
    bandwidth: "Дорога из памяти",
    gradient: "Вперёд и назад",
    addmm: "Пачки для Conformer",
    gpu: "Ищу видеокарту",
    gpu_peak: "Лёд видеокарты",
    launch: "Пустой запуск",
  };
  const BESIDE = { peak: "лёд", bandwidth: "дорога из памяти", launch: "пустой запуск", addmm: "пачки", gradient: "вперёд и назад" };
  let running = null;

  const element = (name, kind, text) => {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const button = (text, act) => {
    const made = element("button", "", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };

  const measuring = async () => {
    if (!window.measureHere) await reader.script(new URL(MEASURING, document.baseURI));
    return window.measureHere;
  };

  // The record that the page's picture of the descent shows, and its machine's name; null where there is none to be had.
  let theirs;
  const recorded = () => {
    const name = document.querySelector("figure.descent-figure")?.dataset.record;
    theirs ??= name
      ? fetch(new URL(`results/${name}.json`, SITE)).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null)
      : Promise.resolve(null);
    return theirs;
  };

  const machineOf = (record) => record.machine.cpu.replace(/\((?:r|tm)\)|\b(?:processor|cpu|@.*)\b/gi, " ").replace(/\s+/g, " ").trim();

  // A row a step: its place, its speed on a logarithmic bar, and what is known of it.
  const stepRow = (row, scale, record) => {
    const made = element("li");
    made.dataset.step = row.step.name;
    made.append(element("b", "", row.step.circle), element("span", "title", row.title), element("span", "rate", rate(row.rate)));
    const bar = element("span", "bar");
    bar.setAttribute("aria-hidden", "true");
    bar.style.setProperty("--at", scale(row.rate));
    if (row.theirs) bar.style.setProperty("--theirs", scale(row.theirs));
    bar.append(element("i"), ...(row.theirs ? [element("u")] : []));
    const side = (n) => `${n}${SPACE}×${SPACE}${n}`;
    const facts = [
      side(row.point.n),
      row.speedup && `${ratio(row.speedup)} к шагу выше${row.at === row.point.n ? "" : ` на ${side(row.at)}`}`,
      row.share && `${percent(row.share)} потолка`,
      row.holds,
      row.toTheirs && `${ratio(row.toTheirs)} к ${machineOf(record)}`,
    ];
    made.append(bar, element("span", "facts", facts.filter(Boolean).join(`${SPACE}· `)));
    return made;
  };

  // Steps that could not run, in one row where the reason is one.
  const skippedRow = (rows) => {
    const made = element("li", "skipped");
    made.dataset.step = rows.map(({ step }) => step.name).join(" ");
    const circles = [...new Set(rows.map(({ step }) => step.circle))];
    made.append(
      element("b", "", circles.length > 1 ? `${circles[0]}…${circles.at(-1)}` : circles[0]),
      element("span", "title", rows.length > 2 ? `${rows[0].title} и ещё ${rows.length - 1}` : rows.map(({ title }) => title).join(", ")),
      element("span", "facts", reason(rows[0].why)),
    );
    return made;
  };

  const scaleOf = (rows) => {
    const rates = rows.flatMap((row) => [row.rate, row.theirs]).filter(Boolean);
    const least = Math.min(...rates) / 2;
    const span = Math.log(Math.max(...rates) / least);
    return (value) => (Math.log(value / least) / span).toFixed(4);
  };

  const showSteps = (list, data, record) => {
    const rows = readerStory.rows(data, record);
    const scale = scaleOf(rows);
    const made = [];
    for (const row of rows) {
      if (!row.why) made.push(stepRow(row, scale, record));
      else if (made.at(-1)?.[0]?.why === row.why) made.at(-1).push(row);
      else made.push([row]);
    }
    list.replaceChildren(...made.map((each) => (Array.isArray(each) ? skippedRow(each) : each)));
  };

  const figure = (number, words) => {
    const made = element("div");
    made.append(element("b", "", number), element("span", "", words));
    return made;
  };

  const best = (rows, keep) => rows.filter((row) => row.rate && keep(row)).sort((a, b) => b.rate - a.rate)[0];

  const showFigures = (holder, data, rows) => {
    const whole = readerStory.whole(data);
    const one = best(rows, ({ step }) => step.device === "cpu" && step.threads === 1);
    const all = best(rows, ({ step }) => step.device === "cpu" && step.threads > 1);
    const card = best(rows, ({ step }) => step.device === "gpu");
    const figures = [];
    if (whole) figures.push(figure(ratio(whole), "от трёх циклов до самого быстрого шага"));
    if (one) figures.push(figure(rate(one.rate), `один поток${one.share ? `, ${percent(one.share)} его потолка` : ""}`));
    if (card) figures.push(figure(rate(card.rate), data.adapter?.fallback ? "карта, которую играет процессор" : "видеокарта"));
    else if (all) figures.push(figure(rate(all.rate), `потоков: ${all.step.threads}`));
    holder.replaceChildren(...figures);
  };

  // What the run found beside the steps: the ceilings, and what one should know of how it was measured.
  const remarks = (data, record) => {
    const found = [];
    const peaks = data.peaks.filter(({ dtype }) => dtype === "float32");
    const peakOf = (device, keep) => Math.max(0, ...peaks.filter((peak) => peak.device === device && keep(peak)).map((peak) => peak.flops_per_s));
    const ceilings = [
      [peakOf("cpu", ({ threads }) => threads === 1), "один поток"],
      [peakOf("cpu", ({ threads }) => threads > 1), "все потоки"],
      [peakOf("gpu", () => true), "карта"],
    ].filter(([peak]) => peak).map(([peak, who]) => `${who} — ${rate(peak)}`);
    if (ceilings.length) found.push(`Лёд, то есть счёт без единого чтения: ${ceilings.join(", ")}.`);
    const roads = ["cpu", "gpu"].flatMap((device) => {
      const known = data.bandwidths.filter((each) => each.device === device);
      return known.length ? [`${device === "gpu" ? "у карты" : "у процессора"} — ${bytes(known.sort((a, b) => b.size_bytes - a.size_bytes || b.threads - a.threads)[0].bytes_per_s)}`] : [];
    });
    if (data.steps.some(({ skipped }) => skipped === "doubtful")) {
      found.push("Что-то мешало мерить, и не всему здесь можно верить. Закройте соседей и измерьте ещё раз.");
    }
    if (roads.length) found.push(`Дорога из памяти: ${roads.join(", ")}.`);
    const tried = data.tried.reduce((best, each) => (best && best.flops_per_s >= each.flops_per_s ? best : each), null);
    if (tried) {
      found.push(`Плиток примерено ${new Set(data.tried.map(({ tile }) => tile)).size}, быстрее всех ${tried.tile.replace("x", `${SPACE}×${SPACE}`)}: это выбрал компилятор вашего браузера, соседний выберет по-своему.`);
    }
    if (data.sharing === "copies") found.push("Потоки работали над копиями матриц: эта страница не изолирована, и общей памяти браузер ей не даёт.");
    if (data.sharing === "memory") found.push("Потоки работали над общей памятью.");
    if (data.adapter?.fallback) found.push("Карты здесь нет, её играет процессор: ответы верные, о скорости судить нечего.");
    if (data.no_adapter) found.push(`Видеокарты в этом спуске нет: ${reason(data.no_adapter)}.`);
    if (!data.simd) found.push("SIMD в WebAssembly этого браузера нет, и четвёртый круг идёт по одному числу.");
    else if (!data.relaxed) found.push("Умножить и сложить одной инструкцией этот браузер не умеет, поэтому и потолок ниже.");
    const missing = Object.entries(BESIDE).flatMap(([part, title]) => ["cpu", "gpu"].flatMap((device) => {
      const why = device === "gpu" && data.no_adapter ? null : readerStory.whyNot(data, part, device);
      return why ? [`${title} у ${device === "gpu" ? "карты" : "процессора"} (${reason(why)})`] : [];
    }));
    if (missing.length) found.push(`Осталось не измерено: ${missing.join(", ")}.`);
    const drop = readerStory.drop(data);
    found.push(drop > 0.03
      ? `С первого раунда до последнего поток потерял ${percent(drop)} скорости: греется или занят не только нами.`
      : "С первого раунда до последнего поток не замедлился.");
    const card = data.adapter && (data.adapter.timing === "timestamps" ? ", карта — по своим меткам времени" : ", карту мерили пачками, чтобы хватило этих часов");
    found.push(`Часы здесь идут шагом ${time(data.clock_grain_s)}${card || ""}. Весь спуск занял ${time(data.took_s)}.`);
    if (record) found.push(`Пунктир на полосах — ${machineOf(record)} из записей этого сайта.`);
    return found;
  };

  // Of the page's claims: which of them this machine bears out.
  const verdict = () => {
    const { all, known, refuted } = readerMachine.judged();
    if (!known) return [];
    const held = known - refuted.length;
    const said = `Из ${known}${SPACE}${plural(known, "утверждения", "утверждений", "утверждений")} главы, которые можно проверить здесь, ${held ? `${plural(held, "подтвердилось", "подтвердились", "подтвердились")}${SPACE}${held}` : "не подтвердилось ни одно"}`;
    const quoted = refuted.map((each) => `«${each.toLowerCase()}»`).join(", ");
    const others = all - known;
    return [[
      said,
      refuted.length && `, а ${quoted} — не про эту машину`,
      `. ${others ? `Остальные ${others} не измерены здесь.` : ""}`,
    ].filter(Boolean).join("")];
  };

  class Panel {
    constructor(holder) {
      this.holder = holder;
      this.button = holder.querySelector("button");
      this.told = holder.querySelector("[role=status]");
      this.label = this.button.textContent;
      this.short = holder.dataset.shows === "story";
      this.progress = element("progress");
      this.progress.max = 1;
      this.progress.hidden = true;
      this.progress.setAttribute("aria-label", "Сколько спуска пройдено");
      this.result = element("div", "reader-result");
      this.result.hidden = true;
      this.told.before(this.progress);
      this.told.after(this.result);
      this.figures = this.result.appendChild(element("div", "reader-figures"));
      this.steps = this.result.appendChild(element("ol", "reader-steps"));
      this.steps.setAttribute("role", "list");
      this.steps.setAttribute("aria-label", "Круги на этой машине");
      this.rest = this.result.appendChild(element("div", "reader-rest"));
      this.button.addEventListener("click", () => (running ? running.stop() : this.measure()));
    }

    async measure() {
      const controller = new AbortController();
      running = { stop: () => controller.abort() };
      const began = performance.now();
      const partial = { steps: [], peaks: [], bandwidths: [] };
      this.button.textContent = "Остановить";
      this.progress.hidden = false;
      this.progress.value = 0;
      this.told.textContent = "Готовлю матрицы.";
      this.holder.classList.add("running");
      if (!this.short) {
        this.result.hidden = false;
        this.figures.replaceChildren();
        this.rest.replaceChildren();
        this.steps.replaceChildren();
      }
      try {
        const { measure } = await measuring();
        const record = await recorded();
        controller.signal.throwIfAborted();
        const data = await measure({
          signal: controller.signal,
          onProgress: (share, name) => {
            this.progress.value = share;
            const left = ((performance.now() - began) / 1000) * (1 / share - 1);
            const title = readerStory.TITLES[name] ?? PARTS[name] ?? "Все по очереди, раунд за раундом";
            this.told.textContent = share > 0.08 ? `${title}, ещё около ${Math.ceil(left)}${SPACE}с` : title;
          },
          onStep: (step) => {
            const known = partial.steps.findIndex(({ name }) => name === step.name); // told after each round
            if (known < 0) partial.steps.push(step);
            else partial.steps[known] = step;
            if (!this.short) showSteps(this.steps, partial, record);
          },
        });
        const former = reader.read();
        const found = { data, name: former?.name ?? "", at: new Date().toISOString() };
        kept.write(reader.KEPT, JSON.stringify(found));
        show(found);
        this.told.textContent = this.verdict(readerStory.sound(data));
      } catch (error) {
        this.told.textContent = STOPPED[error.name] ?? `Замер сорвался: ${error.message || error.name}. Страница осталась какой была.`;
        const former = current ?? reader.read();
        if (former) show(former);
        else this.clear();
      } finally {
        running = null;
        this.progress.hidden = true;
        this.holder.classList.remove("running");
        this.button.textContent = current ? "Измерить ещё раз" : this.label;
      }
    }

    verdict(data) {
      const done = data.steps.filter(({ points }) => points.length).length;
      const missing = data.steps.length - done;
      const steps = `${done}${SPACE}${plural(done, "шаг", "шага", "шагов")}`;
      return `Готово: измерено ${steps}${missing ? `, не вышло — ${missing}` : ""}. Осталось только в этом браузере.`;
    }

    async show(found) {
      this.button.textContent = "Измерить ещё раз";
      if (this.short) return;
      const data = readerStory.sound(found.data);
      const record = await recorded();
      await drawn;
      if (current !== found) return; // measured or forgotten meanwhile
      this.result.hidden = false;
      showFigures(this.figures, data, readerStory.rows(data, record));
      showSteps(this.steps, data, record);
      const list = element("ul");
      list.append(...[...verdict(), ...remarks(data, record)].map((remark) => element("li", "", remark)));
      this.rest.replaceChildren(list, this.naming(found), this.actions(found));
    }

    naming(found) {
      const label = element("label", "", "Как назвать эту машину ");
      const input = label.appendChild(element("input"));
      input.type = "text";
      input.maxLength = 40;
      input.placeholder = UNNAMED;
      input.value = found.name;
      input.addEventListener("change", () => {
        found.name = input.value.trim();
        kept.write(reader.KEPT, JSON.stringify(found));
        drawAll(found);
      });
      return label;
    }

    actions(found) {
      const made = element("p", "reader-actions");
      if (readerMachine.isOffered()) {
        made.append(button("Показать главу моими числами", async () => {
          await chosen.choose(readerMachine.SLUG);
          this.told.textContent = "Числа, утверждения и развилки главы теперь этой машины, где она их измерила. Назад — крестик в углу.";
        }));
      }
      made.append(
        button("Поделиться картинкой", async () => {
          try {
            await reader.script(new URL("share.js", reader.here));
            await readerShare.picture(sounded(found));
          } catch {
            this.told.textContent = "Картинка не вышла: браузер не дал её нарисовать.";
          }
        }),
        button("Скачать запись", async () => {
          try {
            const { toRecord } = await measuring();
            const record = await toRecord(found.data, { name: found.name });
            save(new Blob([`${JSON.stringify(record, null, 1)}\n`], { type: "application/json" }), "browser.json");
            this.told.textContent = `Запись скачана. Её место — docs/results/${record.machine.slug}/browser.json.`;
          } catch {
            this.told.textContent = "Запись не вышла: подпись к ней браузер делает только на страницах с HTTPS.";
          }
        }),
        button("Забыть", () => {
          kept.forget(reader.KEPT);
          show(null);
          this.told.textContent = "Забыто.";
          this.button.focus();
        }),
      );
      return made;
    }

    clear() {
      this.result.hidden = true;
      this.button.textContent = this.label;
    }
  }

  const save = (blob, name) => {
    const link = element("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  const panels = new Map(reader.panels.map((holder) => [holder, new Panel(holder)]));
  let current = null;
  let drawn = null; // once the page's numbers can follow

  // Everything on the page that shows what was found; with null, nothing does.
  function show(found) {
    current = found;
    drawAll(found);
    for (const panel of panels.values()) {
      if (found) panel.show(found);
      else panel.clear();
    }
  }

  const sounded = (found) => found && { ...found, data: readerStory.sound(found.data) };

  function drawAll(kept) {
    const found = sounded(kept);
    readerOverlay.draw(found);
    readerChapters.draw(found);
    drawn = readerMachine.draw(found);
  }

  return {
    UNNAMED,
    save,
    start: (holder) => panels.get(holder).measure(),
    restore: () => show(reader.read()),
    nameOf: ({ name }) => name || UNNAMED,
  };
})();
