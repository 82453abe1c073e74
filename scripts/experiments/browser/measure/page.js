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
// from 0 to 1, and the name of the step that begins; `onStep` each step as it is finished, as in `data.steps`. `data` is
// the JSON of `record.py`'s `Browser`, all of it. A step that cannot run has `skipped`, its reason, and the rest goes on.
// The promise is rejected with an Error whose `name` is "AbortError" where `signal` aborted, "HiddenError" where the page
// was hidden, and "WorkerError" where no worker can be had; nothing runs after that.
//
// `toRecord` makes the record of a machine that the reader calls `name`, its digest included: JSON.stringify(record, null,
// 1) is a file that `docs/results/<record.machine.slug>/browser.json` may hold. It is rejected where the page has no
// crypto.subtle: over plain HTTP.

