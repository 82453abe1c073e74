// A run through the deck: how long each slide was on, against its plan. The deck keeps it; the speaker view shows it.
// Times are milliseconds, moments those of Date.now(), so that both windows agree; the plan is in seconds.
class Rehearsal {
  // `plan`: [{ id, title, seconds, place, part }] in the deck's order; a backup slide has a place, the slide that it
  // belongs to, and nothing is planned for it; `part` is the title of a slide's part, where it is of one. `before`: what
  // toJSON() gave, here or before a reload; slides that are in the plan no more are left out of it.
  constructor(plan, before) {
    const ids = new Set(plan.map(({ id }) => id));
    const known = ids.has(before?.slide);
    this.plan = plan;
    this.spent = Object.fromEntries(Object.entries(before?.spent ?? {}).filter(([id]) => ids.has(id)));
    this.slide = known ? before.slide : plan[0]?.id;
    this.since = known ? before.since ?? null : null; // when this slide began to count; null while the timer stands
  }

  toJSON() {
    return { spent: this.spent, slide: this.slide, since: this.since };
  }

  get running() {
    return this.since !== null;
  }

  get planned() {
    return Rehearsal.sum(this.plan.filter(({ place }) => !place).map(({ seconds }) => seconds * 1000));
  }

  start(now) {
    this.since ??= now;
  }

  pause(now) {
    if (!this.running) return;
    this.spent[this.slide] = this.on(this.slide, now);
    this.since = null;
  }

  turn(slide, now) {
    const running = this.running;
    this.pause(now);
    this.slide = slide;
    if (running) this.start(now);
  }

  reset() {
    this.spent = {};
    this.since = null;
  }

  on(slide, now) {
    const counting = this.running && slide === this.slide ? now - this.since : 0;
    return (this.spent[slide] ?? 0) + counting;
  }

  elapsed(now) {
    return Rehearsal.sum(Object.values(this.spent)) + (this.running ? now - this.since : 0);
  }

  // Milliseconds behind the plan; negative ahead of it; 0 while the present slide's own time is running.
  behind(now) {
    const { place } = this.plan.find(({ id }) => id === this.slide);
    const at = this.plan.findIndex(({ id }) => id === (place ?? this.slide));
    const before = Rehearsal.sum(this.plan.slice(0, at).map(({ seconds }) => seconds * 1000));
    const through = before + this.plan[at].seconds * 1000;
    const elapsed = this.elapsed(now);
    return elapsed > through ? elapsed - through : Math.min(elapsed - before, 0);
  }

  // A row a slide, their totals by parts, then of all: { number, title, planned, spent }; spent is null for what was not
  // shown. Of backup slides only those that were shown. A part's total stands after the row `last`; a part of one slide
  // has none.
  report(now) {
    const all = this.plan.map(({ id, title, seconds, place, part }, index) => {
      const planned = place ? 0 : seconds * 1000;
      return { number: index + 1, title, planned, spent: this.on(id, now) || null, place, part };
    });
    const rows = all.filter(({ place, spent }) => !place || spent);
    const summed = (title, some) => {
      const spent = some.map((row) => row.spent).filter((each) => each !== null);
      return { title, planned: Rehearsal.sum(some.map(({ planned }) => planned)), spent: spent.length ? Rehearsal.sum(spent) : null };
    };
    const parts = [...new Set(rows.map(({ part }) => part))].flatMap((part) => {
      const some = rows.filter((row) => row.part === part);
      return part && some.length > 1 ? [{ ...summed(`${say("total")}: ${part}`, some), last: some.at(-1) }] : [];
    });
    return { rows, parts, total: { ...summed(say("total"), rows), planned: this.planned } };
  }

  // For a spreadsheet that speaks the page's language, with a mark that the text is UTF-8. Where numbers have a decimal
  // comma, semicolons part the fields.
  csv(now) {
    const mark = new Intl.NumberFormat(document.documentElement.lang).format(0.5)[1];
    const separator = mark === "," ? ";" : ",";
    const seconds = (ms) => (ms === null ? "" : (ms / 1000).toFixed(1).replace(".", mark));
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    const { rows, total } = this.report(now);
    const lines = [...rows, total].map(({ number = "", title, planned, spent }) => {
      const difference = seconds(spent === null ? null : spent - planned);
      return [number, quoted(title), seconds(planned), seconds(spent), difference].join(separator);
    });
    return `\uFEFF${[say("csv").replaceAll(";", separator), ...lines].join("\r\n")}\r\n`;
  }

  static sum(numbers) {
    return numbers.reduce((one, other) => one + other, 0);
  }

  // 1:05, 61:05.
  static clock(ms) {
    const seconds = Math.round(Math.abs(ms) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  // +0:12, −0:05, 0:00.
  static difference(ms) {
    const text = Rehearsal.clock(ms);
    return text === "0:00" ? text : (ms < 0 ? "−" : "+") + text;
  }

  // The pace in words. Under five seconds either way nobody in the hall would notice.
  static pace(ms) {
    if (Math.abs(ms) < 5000) return say("even");
    return say(ms > 0 ? "behind" : "ahead", { time: Rehearsal.clock(ms) });
  }
}
