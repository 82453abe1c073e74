// What every deck is asked, whatever made it. Runs in the page before its own scripts.

const plain = (text) => text.replace(/[\s¶#]+/g, " ").trim();

const isVisible = (element) =>
  element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });

// The slide's heading, when it is in sight.
function headingOf(title) {
  return [...document.querySelectorAll("h1, h2, [role=heading]")].find((heading) => {
    if (plain(heading.textContent) !== title || !isVisible(heading)) return false;
    const box = heading.getBoundingClientRect();
    return box.width > 1 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  });
}

const shows = (title) => Boolean(headingOf(title));

function watchFor(title) {
  const look = () => {
    if (document.body && shows(title)) window.seenAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const slideOf = (title) => headingOf(title).closest("section, .slidev-page, .slidev-layout, article") ?? document.body;

// How many pixels of the slide's text or pictures lie outside the window, or are hidden by a box that they stick out of.
// What would have to be scrolled counts: nobody scrolls a slide on a stage.
function outOfSight(title) {
  let most = 0;
  const judge = (element, boxes) => {
    let left = 0, top = 0, right = innerWidth, bottom = innerHeight;
    for (let box = element; box && box !== document.documentElement; box = box.parentElement) {
      if (!(box instanceof HTMLElement) || getComputedStyle(box).overflow === "visible") continue;
      const clip = box.getBoundingClientRect();
      left = Math.max(left, clip.left), top = Math.max(top, clip.top);
      right = Math.min(right, clip.right), bottom = Math.min(bottom, clip.bottom);
    }
    for (const box of boxes) {
      if (box.width < 2 || box.height < 2) continue;
      most = Math.max(most, left - box.left, top - box.top, box.right - right, box.bottom - bottom);
    }
  };
  // For screen readers alone.
  const unseen = ".katex-mathml, mjx-assistive-mml, .MJX_Assistive_MathML, .notes, aside, script, style, template";
  const slide = slideOf(title);
  const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || parent.closest(unseen) || !isVisible(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    judge(parent, range.getClientRects());
  }
  for (const picture of slide.querySelectorAll("img, mjx-container svg")) {
    if (!picture.closest(unseen) && isVisible(picture)) judge(picture, [picture.getBoundingClientRect()]);
  }
  return most;
}

// The slide's formula as it was set: its TeX where that is kept, else the glyphs and rows that MathJax 3 names.
function mathOn(title) {
  const slide = slideOf(title);
  const kept = slide.querySelector('annotation[encoding="application/x-tex"], script[type^="math/tex"]');
  const glyphs = [...slide.querySelectorAll("mjx-container [data-c]")].map((glyph) =>
    String.fromCodePoint(parseInt(glyph.dataset.c, 16)).normalize("NFKC"),
  );
  return {
    tex: kept && slide.querySelector(".katex, .MathJax, .MathJax_Display") ? kept.textContent : null,
    glyphs: glyphs.join(""),
    rows: slide.querySelectorAll('[data-mml-node="mtr"]').length,
    error: Boolean(slide.querySelector('.katex-error, .merror, [data-mml-node="merror"], mjx-merror')),
  };
}

Object.assign(window, { shows, watchFor, outOfSight, mathOn });
