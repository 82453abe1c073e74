// Slides as they look at some step, for places where reveal.js does not show them: the speaker's window, the overview.
const pictures = (() => {
  // What an attribute leads to. A link inside SVG has no `href` of text to ask.
  function addressOf(element, name) {
    return new URL(element.getAttribute(name), document.baseURI);
  }

  // A copy whose addresses hold on any page.
  function absolute(element) {
    const copy = element?.cloneNode(true);
    for (const name of ["src", "href"]) {
      for (const part of copy?.querySelectorAll(`:is(a, img)[${name}]`) ?? []) part.setAttribute(name, addressOf(part, name));
    }
    return copy;
  }

  // The slide after so many of its steps, an element.
  function picture(slide, step) {
    const copy = absolute(slide);
    copy.className = [...copy.classList].filter((name) => /^(slide|why|layout-)/.test(name)).join(" ");
    for (const name of ["id", "hidden", "aria-hidden", "data-fragment"]) copy.removeAttribute(name);
    copy.style.removeProperty("display");
    for (const other of copy.querySelectorAll(":scope > :not(.slide-frame)")) other.remove();
    for (const fragment of copy.querySelectorAll(".fragment")) {
      const index = Number(fragment.dataset.fragmentIndex);
      fragment.classList.toggle("visible", index < step);
      fragment.classList.toggle("current-fragment", index === step - 1);
    }
    return copy;
  }

  // HTML of a picture that is shown on the slide's own page: its patterns and clips are its own, as those of a slide that
  // is not shown draw nothing.
  function apart(slide, step, prefix) {
    return picture(slide, step).outerHTML.replace(/\b(id="|href="#|url\(#|url\(&quot;#)/g, `$1${prefix}-`);
  }

  // A title as text, formulas in one line.
  function titleOf(slide) {
    const title = slide?.querySelector(".slide-title");
    return title?.dataset.title ?? title?.textContent ?? "";
  }

  return { absolute, addressOf, apart, picture, titleOf };
})();
