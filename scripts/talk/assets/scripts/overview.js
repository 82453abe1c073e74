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
    const picture = pictures.picture(slide, Infinity);
    button.type = "button";
    name.textContent = `${index + 1}. ${slide.querySelector(".slide-title").textContent}`;
    view.className = "view";
    view.inert = true; // a picture: its links and its tables' scrolling are not for here
    view.ariaHidden = "true";
    for (const part of picture.querySelectorAll("[tabindex], [aria-labelledby], [role]")) {
      for (const attribute of ["tabindex", "aria-labelledby", "role"]) part.removeAttribute(attribute);
    }
    // Its patterns and clips are its own: those of a slide that is not shown draw nothing.
    view.innerHTML = picture.outerHTML.replace(/\b(id="|href="#|url\(#|url\(&quot;#)/g, "$1overview-");
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
