// On a slide of the descent: what stands in the record beside what the browser does here and now. One run serves every
// slide; what is late is shown next time.
const readerStage = (() => {
  const KEPT = "reader-machine"; // as in reader.js, which no deck loads
  const ENOUGH_ROUNDS = 3;
  // Steps of the browser on the slide of each rung; those of the ice are peaks, which are known at the end alone.
  const STEPS = {
    python: ["javascript"],
    compiled: ["compiled"],
    strassen: ["strassen"],
    order: ["order"],
    registers: ["registers"],
    packing: ["packing"],
    overlap: ["packing"],
    threads: ["threads"],
    gpu_triton: ["gpu_naive", "gpu_coalesced", "gpu_workgroup", "gpu_thread", "gpu_vec4"],
    int8: ["gpu_half", "gpu_subgroups"],
    ice: [],
  };
  const STOPPED = {
    HiddenError: "вкладку убрали с глаз",
    WorkerError: location.protocol === "file:"
      ? "с диска этот браузер не даёт вычислительных потоков; откройте слайды с любого сервера"
      : "браузер не дал вычислительного потока",
  };

  const keep = (data) => {
    let name = "";
    try {
      name = JSON.parse(kept.read(KEPT))?.name ?? "";
    } catch {
      // It is of another time.
    }
    kept.write(KEPT, JSON.stringify({ data, name, at: new Date().toISOString() }));
  };

  // A run: what it has told so far, and who waits for what.
  let run = null;
  const start = () => {
    const mine = { data: { steps: [], peaks: [], bandwidths: [] }, shown: new Set(), waiting: new Set(), ended: false };
    const look = () => mine.waiting.forEach((wake) => wake());
    mine.end = window.measureHere.measure({
      onStep: (step) => {
        const known = mine.data.steps.findIndex(({ name }) => name === step.name);
        if (known < 0) mine.data.steps.push(step);
        else mine.data.steps[known] = step;
        look();
      },
    }).then((data) => {
      mine.data = readerStory.sound(data);
      mine.ended = true;
      keep(data);
      look();
    });
    mine.end.catch(() => { if (run === mine) run = null; });
    return mine;
  };

  const isKnown = ({ data, ended }, rung) => {
    if (ended) return true;
    const names = STEPS[rung];
    return names.length > 0 && names.every((name) => {
      const step = data.steps.find((each) => each.name === name);
      return step && (step.skipped || readerStory.largest(step)?.times_s.length >= ENOUGH_ROUNDS);
    });
  };

  const found = (mine, rung) =>
    new Promise((done, failed) => {
      const wake = () => {
        if (!isKnown(mine, rung)) return;
        mine.waiting.delete(wake);
        done(mine.data);
      };
      mine.waiting.add(wake);
      mine.end.catch(failed);
      wake();
    });

  const rowsOf = (data, rung, recorded) => {
    const { percent, rate, ratio, reason } = readerSays;
    if (rung === "ice") {
      const peak = readerStory.ofCircle(data, 9);
      return [{ title: "Лёд", recorded, now: peak ? rate(peak) : "—" }];
    }
    const known = readerStory.rows(data, null).filter(({ step }) => STEPS[rung].includes(step.name));
    const whys = new Set(known.map(({ why }) => why));
    if (whys.size === 1 && known[0].why) throw new Error(reason(known[0].why));
    const best = Math.max(...known.map((row) => row.rate ?? 0));
    const rows = known.map((row) => ({
      title: row.title,
      recorded: row.rate === best || known.length === 1 ? recorded : "",
      now: row.why ? reason(row.why) : rate(row.rate),
    }));
    const [row] = known.length === 1 ? known : [];
    if (row?.speedup) rows.push({ title: "К шагу выше", recorded: "", now: ratio(row.speedup) });
    if (row?.share) rows.push({ title: "От потолка", recorded: "", now: percent(row.share) });
    if (row?.holds) rows.push({ title: "Почему не быстрее", recorded: "", now: row.holds });
    return rows;
  };

  const measure = async (slide, rung) => {
    if (run?.shown.has(slide.id)) run = null; // asked for once more
    run ??= start();
    const mine = run;
    let data;
    try {
      data = await found(mine, rung);
    } catch (error) {
      throw new Error(STOPPED[error.name] ?? error.message);
    }
    const reading = slide.querySelector(".thermometer data.measured");
    const home = reading?.dataset.record.split("/")[0];
    const rows = rowsOf(data, rung, reading ? readerSays.rate(Number(reading.value)) : "—");
    if (mine.ended) mine.shown.add(slide.id);
    return { recorded: chosen.labels.get(home) ?? home, now: "этот браузер", rows };
  };

  return { measure };
})();
