// Which slides are shown in turn, and which wait behind them for a question. A slide is a backup because its source says
// so, or because the slot is as short as its `cut`. It belongs to the slide that it comes after in the talk.
class Line {
  // `holder`: what holds the slides; `slot`: minutes.
  constructor(holder, slot) {
    const all = [...holder.children];
    this.main = [];
    this.backups = [];
    for (const slide of all.filter(({ dataset }) => !dataset.backup)) {
      if (this.main.length && Number(slide.dataset.cut) >= slot) this.put(slide);
      else this.main.push(slide);
      for (const backup of all.filter(({ dataset }) => dataset.backup === slide.id)) this.put(backup);
    }
    this.slides = [...this.main, ...this.backups];
    if (this.slides.some((slide, index) => slide !== all[index])) holder.append(...this.slides);
  }

  put(slide) {
    slide.dataset.backup = this.main.at(-1).id;
    slide.dataset.visibility = "uncounted"; // by reveal.js, in its bar
    this.backups.push(slide);
  }

  isBackup(slide) {
    return Boolean(slide.dataset.backup);
  }

  // The slide of the main line that a backup belongs to.
  placeOf(backup) {
    return this.main.find(({ id }) => id === backup.dataset.backup);
  }

  // The slide that begins the part which a slide of the main line belongs to; undefined before the first of them.
  partOf(slide) {
    return this.main.slice(0, this.main.indexOf(slide) + 1).findLast((each) => each.classList.contains("layout-section"));
  }

  backupsOf(slide) {
    return this.backups.filter(({ dataset }) => dataset.backup === slide.id);
  }

  numberOf(slide) {
    return this.slides.indexOf(slide) + 1;
  }

  // The slide so many steps from this one: of the main line, or of the backups of one place. Undefined past an end.
  beside(slide, step) {
    const row = this.isBackup(slide) ? this.backupsOf(this.placeOf(slide)) : this.main;
    return row[row.indexOf(slide) + step];
  }
}
