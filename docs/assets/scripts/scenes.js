// Scenes (scripts/talk/render/scene.py) on the slides of an article, moved by the reader: by pointing at them, and by a
// slider under the slide. Until then, without scripts, on paper and in the deck they are what was drawn.
//
// What moves a picture is a function of its named parts and of its facts, numbers of the record:
// `sliders`; a `hint`, said until the reader moves; `point(name)`, what pointing at a part sets, or `along({x, y})`, what
// pointing anywhere does; and `draw(state, stage)`, which returns a sentence. `keeps` is true of a picture whose steps
// stay. A stage can `light` parts in a colour of the theme, `carry` those that come along unasked, take a `part`, `put`
// shapes over the picture, and write a large `figure`, which is then marked as reckoned.
const scenes = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const QUIET = 800; // milliseconds without a move until the sentence is read aloud
  const pictures = {};

  const shape = (name, kind, attributes, tone) => {
    const made = document.createElementNS(SVG, name);
    made.setAttribute("class", [kind, tone ? `tone-${tone}` : ""].join(" ").trim());
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const slab = ([x, y], [width, height], tone, kind = "") =>
    shape("rect", `slab ${kind}`, { x, y, width: Math.max(width, 0), height: Math.max(height, 0) }, tone);
  const stroke = (points, tone, kind = "") =>
    shape("path", `stroke ${kind}`, { d: `M${points.map((point) => point.join(" ")).join("L")}` }, tone);

  const start = (scene) => {
    const svg = scene.querySelector("svg");
    const parts = {};
    const figures = scene.querySelector(".scene-figures");
    const still = [svg, figures].filter(Boolean).map((each) => [each, each.cloneNode(true)]);
    const find = () => {
      for (const part of scene.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
    };
    find();
    const { sliders, hint, point, along, draw, keeps } = pictures[scene.dataset.play](
      parts,
      JSON.parse(scene.dataset.facts ?? "{}"),
    );
    const first = Object.fromEntries(Object.entries(sliders).map(([name, { value }]) => [name, value]));
    const state = { ...first };
    // Seen at once; heard when the picture has come to rest.
    const seen = Object.assign(document.createElement("p"), { className: "live-answer", textContent: hint });
    const heard = Object.assign(document.createElement("output"), { className: "live-heard" });
    seen.setAttribute("aria-hidden", "true");
    heard.value = hint;
    let resting = 0;

    const layer = shape("g", "moved", {});
    const put = (kind) => (name, tone) => {
      parts[name]?.classList.add(kind);
      parts[name]?.style.setProperty("--tone", `var(--chart-${tone})`);
    };
    const stage = {
      light: put("picked"),
      carry: put("carried"),
      part: (name) => parts[name],
      put: (...shapes) => layer.replaceChildren(...shapes),
      figure: (name, number, words) => {
        if (!(name in parts)) return;
        parts[name].querySelector("b").textContent = number;
        parts[name].querySelector("span").textContent = `${words}, посчитано`;
      },
    };
    let asked = 0;
    const update = (changes) => {
      for (const [name, value] of Object.entries(changes)) {
        state[name] = sliders[name] ? live.clamp(value, sliders[name].min, sliders[name].max) : value;
      }
      // However fast the pointer moves, the picture is drawn once a frame.
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        scene.classList.add("playing");
        scene.classList.toggle("replaced", !keeps);
        back.hidden = false;
        if (!layer.isConnected) svg.append(layer);
        for (const part of Object.values(parts)) part.classList.remove("picked", "carried");
        seen.textContent = draw(state, stage);
        // The drawing keeps its size whatever the numbers beside it.
        if (figures) figures.style.minWidth = `${figures.getBoundingClientRect().width}px`;
        controls.show(state);
        clearTimeout(resting);
        resting = setTimeout(() => (heard.value = seen.textContent), QUIET);
      });
    };
    const reset = () => {
      cancelAnimationFrame(asked);
      clearTimeout(resting);
      asked = 0;
      scene.classList.remove("playing", "replaced");
      for (const [each, was] of still) each.replaceChildren(...was.cloneNode(true).childNodes);
      figures?.removeAttribute("style");
      find();
      for (const name of Object.keys(state)) delete state[name];
      controls.show(Object.assign(state, first));
      heard.value = seen.textContent = hint;
      back.hidden = true;
    };
    const controls = live.controls(sliders, update);
    controls.element.classList.add("scene-controls");
    controls.show(state);
    const back = controls.button("Как было", () => {
      controls.focus();
      reset();
    });
    back.hidden = true;
    addEventListener("beforeprint", reset);
    // A slide is dark in any scheme: what moves its picture stands after it.
    (scene.closest(".slide") ?? scene.closest("figure")).after(controls.element, seen, heard);

    // Of several machines' pictures one is shown, with what moves it.
    new ResizeObserver(() => {
      const display = scene.getClientRects().length ? "" : "none";
      for (const each of [controls.element, seen, heard]) each.style.display = display;
    }).observe(scene);

    // A mouse points by being there, a finger by touching and by moving aside: up and down it scrolls the page.
    const pointed = ({ clientX, clientY }) => {
      if (along) return along(new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse()));
      const name = document.elementFromPoint(clientX, clientY)?.closest("[data-part]")?.dataset.part;
      return name in parts ? point(name) : null;
    };
    for (const event of ["pointerdown", "pointermove"]) {
      svg.addEventListener(event, (moved) => {
        const changes = pointed(moved);
        if (changes) update(changes);
      });
    }
  };

  // Pictures of another machine come when it is chosen.
  const begun = new WeakSet();
  const look = () => {
    for (const scene of document.querySelectorAll("article .scene[data-play]")) {
      if (begun.has(scene) || !(scene.dataset.play in pictures)) continue;
      begun.add(scene);
      start(scene);
    }
  };
  document.addEventListener("figures-changed", look);

  return {
    slab,
    stroke,
    // Pictures by the name that their scenes have.
    add(more) {
      Object.assign(pictures, more);
      look();
    },
  };
})();
