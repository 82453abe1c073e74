// The key R on slides of the descent, where no local server measures: the browser itself goes down, and the slide shows
// what stands in the record beside what it does here and now. What measures is loaded at the key (reader/stage.js).
(() => {
  const files = document.querySelector(".deck .reader-deck");
  if (!files || typeof stage === "undefined") return;

  const RUNGS = "python compiled strassen order registers packing overlap threads gpu_triton int8 ice".split(" ");
  const script = (address) => new Promise((done, failed) => {
    const made = document.createElement("script");
    made.async = false;
    made.src = address;
    made.onload = done;
    made.onerror = () => failed(new Error("измеритель не загрузился"));
    document.head.append(made);
  });
  let loaded = null;
  const load = () => {
    const { says, story, stage: shown, webassembly } = files.dataset;
    loaded ??= Promise.all([says, story, shown, webassembly].map(script));
    loaded.catch(() => { loaded = null; });
    return loaded;
  };
  const rungOf = (slide) => slide.querySelector(".thermometer svg[data-rung]")?.dataset.rung;

  stage.offer({
    measures: (slide) => RUNGS.includes(rungOf(slide)),
    async measure(slide) {
      await load();
      return readerStage.measure(slide, rungOf(slide));
    },
  });
})();
