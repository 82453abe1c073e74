// Every slide at once, to find one and go there. Drawn when it is first opened.
class Overview {
  // `show(index)` goes to a slide.
  constructor(dialog, slides, show) {
    this.dialog = dialog;
    this.slides = slides;
    this.list = dialog.querySelector("ol");
    this.list.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      dialog.close();
      show(this.buttons.indexOf(button));
    });
    this.list.addEventListener("keydown", (event) => this.move(event));
  }

  get isOpen() {
    return this.dialog.open;
  }

  open(current) {
    this.buttons ??= this.slides.map((slide, index) => this.draw(slide, index));
    this.buttons.forEach((button, index) => {
      if (index === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    this.dialog.showModal();
    this.buttons[current].focus();
    this.buttons[current].scrollIntoView({ block: "center" });
  }

  draw(slide, index) {
    const item = this.list.appendChild(document.createElement("li"));
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

  move(event) {
    const columns = getComputedStyle(this.list).gridTemplateColumns.split(" ").length;
    const last = this.buttons.length - 1;
    const at = this.buttons.indexOf(document.activeElement);
    const aims = {
      ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns, ArrowUp: at - columns, Home: 0, End: last,
    };
    if (at < 0 || !(event.key in aims)) return;
    event.preventDefault();
    this.buttons[Math.min(last, Math.max(0, aims[event.key]))].focus();
  }
}
