// One script, three places: a page, the worker that runs everything, and the workers of its pool.
if (typeof document !== "undefined") servePage(document.currentScript?.src ?? "");
else if (self.name === "pool") servePool();
else if (self.name === "run") serveRun();
