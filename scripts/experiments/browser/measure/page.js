// What a page calls. `assets/generated/browser/measure.js` is a classic script, loaded at the button alone: it computes
// nothing by itself and sets
//
//   window.measureHere = {
//     measure({ onProgress(share, stepName), onStep(step), signal }) -> Promise<data>,
//     toRecord(data, { name }) -> Promise<record>,
//     peakOf(data, device, threads = 1, dtype = "float32") -> peak | undefined,
//     flopsPerSecond(point) -> number,
//   }
//
// `measure` runs everything in a worker, for about ten seconds. `onProgress` is told the share of the run that is over,
// from 0 to 1, and the name of the step that begins, null between steps; `onStep` a step of `data.steps` as it is known by
// then: it comes again with more times, and what comes later counts. `data` is the JSON of `record.py`'s `Browser`. A step
// that cannot run has `skipped`, its reason, and the rest goes on. The promise is rejected with an Error whose `name` is
// "AbortError" where `signal` aborted, "HiddenError" where the page was hidden, and "WorkerError" where no worker can be
// had or it broke; nothing runs after that. From disk it runs where the page's policy lets workers start from `blob:`.
//
// `toRecord` makes the record of a machine that the reader calls `name`, its digest included: JSON.stringify(record, null,
// 1) is a file that `docs/results/<record.machine.slug>/browser.json` may hold. It is rejected where the page has no
// crypto.subtle: over plain HTTP.

const problem = (name, message) => Object.assign(new Error(message), { name });

function agentHere() {
  const brands = navigator.userAgentData?.brands?.filter(({ brand }) => !/not.?a.?brand/i.test(brand)) ?? [];
  const brand = brands.find((each) => each.brand !== "Chromium") ?? brands[0];
  const [, name, version] = /(Firefox|Edg|OPR|Chrome|Version)\/(\d+)/.exec(navigator.userAgent) ?? [null, "unknown", "unknown"];
  return {
    browser: brand?.brand ?? { Version: "Safari", Edg: "Edge", OPR: "Opera" }[name] ?? name,
    version: brand?.version ?? version,
    platform: navigator.userAgentData?.platform || navigator.platform || "unknown",
    mobile: navigator.userAgentData?.mobile ?? /Mobi/.test(navigator.userAgent),
  };
}

function servePage(script) {
  function measure({ onProgress = () => {}, onStep = () => {}, signal } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(problem("AbortError", "aborted"));
      if (document.hidden) return reject(problem("HiddenError", "the page is hidden"));
      let worker;
      const end = (settle, with_) => {
        worker?.terminate();
        document.removeEventListener("visibilitychange", hidden);
        signal?.removeEventListener("abort", aborted);
        settle(with_);
      };
      const aborted = () => end(reject, problem("AbortError", "aborted"));
      const hidden = () => document.hidden && end(reject, problem("HiddenError", "the page was hidden"));
      document.addEventListener("visibilitychange", hidden);
      signal?.addEventListener("abort", aborted);
      try {
        worker = startWorker(script, "run");
      } catch (error) {
        return end(reject, problem("WorkerError", oneLine(error)));
      }
      worker.onerror = (event) => {
        event.preventDefault();
        end(reject, problem("WorkerError", event.message || "the browser refused it"));
      };
      worker.onmessage = ({ data: told }) => {
        if (told.data) end(resolve, { agent: agentHere(), ...told.data });
        else if (told.failed) end(reject, problem("WorkerError", told.failed));
        else if (told.step) onStep(told.step);
        else onProgress(told.share, told.name);
      };
    });
  }

  window.measureHere = {
    measure,
    toRecord,
    flopsPerSecond: ({ n, m, p, times_s }) => (2 * n * m * p) / median(times_s),
    peakOf: (data, device, threads = 1, dtype = "float32") =>
      data.peaks
        .filter((each) => each.device === device && each.threads === threads && each.dtype === dtype)
        .sort((one, other) => other.flops_per_s - one.flops_per_s)[0],
  };
}
