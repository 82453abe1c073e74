// Every slide at once, backups under the others, to find one and go there. Drawn when it is first opened.
class Overview {
  // `show(slide)` goes to a slide.
  constructor(dialog, line, show) {
    this.dialog = dialog;
    this.line = line;
    [this.list, this.backups] = dialog.querySelectorAll("ol");
    for (const list of [this.list, this.backups]) {
      list.addEventListener("click", ({ target }) => {
        const button = target.closest("button");
        if (!button) return;
        dialog.close();
        show(line.slides[this.buttons.indexOf(button)]);
      });
      list.addEventListener("keydown", (event) => this.move(event));
    }
    dialog.querySelector(".backups").hidden = !line.backups.length;
  }

  get isOpen() {
    return this.dialog.open;
  }

  open(current) {
    this.buttons ??= this.line.slides.map((slide, index) => this.draw(slide, index));
    this.buttons.forEach((button, index) => {
      if (index === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    this.dialog.showModal();
    this.buttons[current].focus();
    this.buttons[current].scrollIntoView({ block: "center" });
  }

  // What slides show has changed: they are drawn anew when the overview is opened next.
  forget() {
    this.buttons = undefined;
    this.list.replaceChildren();
    this.backups.replaceChildren();
  }

  draw(slide, index) {
    const list = this.line.isBackup(slide) ? this.backups : this.list;
    if (this.line.partOf(slide) === slide) list.append(this.heading(slide));
    const item = list.appendChild(document.createElement("li"));
    const button = item.appendChild(document.createElement("button"));
    const view = button.appendChild(document.createElement("span"));
    const name = button.appendChild(document.createElement("span"));
    button.type = "button";
    name.textContent = `${index + 1}. ${pictures.titleOf(slide)}`;
    view.className = "view";
    view.inert = true; // a picture: its links and its tables' scrolling are not for here
    view.ariaHidden = "true";
    view.innerHTML = pictures.apart(slide, Infinity, "overview");
    for (const part of view.querySelectorAll("[tabindex], [aria-labelledby], [role]")) {
      for (const attribute of ["tabindex", "aria-labelledby", "role"]) part.removeAttribute(attribute);
    }
    return button;
  }

  // Over the slides of a part.
  heading(slide) {
    const item = document.createElement("li");
    item.className = "part";
    item.appendChild(document.createElement("h3")).textContent = pictures.titleOf(slide);
    return item;
  }

  move(event) {
    const at = this.buttons.indexOf(document.activeElement);
    if (at < 0) return;
    const last = this.buttons.length - 1;
    const aims = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: this.nearest(at, 1),
      ArrowUp: this.nearest(at, -1),
      Home: 0,
      End: last,
    };
    if (!(event.key in aims)) return;
    event.preventDefault();
    this.buttons[Math.min(last, Math.max(0, aims[event.key]))].focus();
  }

  // Index of the nearest button below, or above where `side` is negative: rows end early, and there are two lists.
  nearest(at, side) {
    const boxes = this.buttons.map((button) => button.getBoundingClientRect());
    const far = ({ top, left }) => Math.abs(top - boxes[at].top) * 1e4 + Math.abs(left - boxes[at].left);
    const there = boxes.filter(({ top }) => (top - boxes[at].top) * side > 1);
    const [nearest] = there.sort((one, other) => far(one) - far(other));
    return nearest ? boxes.indexOf(nearest) : at;
  }
}
