// Lets the reader drag the pictures of /derivative/. Each is a still SVG that stands by itself; here it gets sliders
// (keyboard, touch, screen readers) and handles (mouse, finger) that move its named parts.
(() => {
  const { clamp, show } = live;
  const way = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;

  const GRIP = 96; // of 800: as wide as a finger on a phone

  // The picture's coordinates: the plane it shows, or those of its own.
  const planeOf = (svg) => {
    if (!svg.dataset.plane) return null;
    const [left, right, bottom, top, margin] = svg.dataset.plane.split(" ").map(Number);
    const { width, height } = svg.viewBox.baseVal;
    const across = (width - 2 * margin) / (right - left);
    const up = (height - 2 * margin) / (top - bottom);
    return {
      left,
      right,
      at: (x, y) => [margin + (x - left) * across, height - margin - (y - bottom) * up],
      from: (px, py) => [left + (px - margin) / across, bottom + (height - margin - py) / up],
      // Where on y = b + ax the point for `x` is seen: nearer to 0 where the line has left the picture before.
      seen: (x, a, b) => {
        const y = clamp(b + a * x, bottom, top);
        return a && y !== b + a * x ? [(y - b) / a, y] : [x, y];
      },
    };
  };

  // `settle`: what follows from what the reader has set.
  const start = (figure, { sliders, draw, drag = {}, buttons = {}, settle = () => ({}) }) => {
    const svg = figure.querySelector("svg");
    const plane = planeOf(svg);
    const parts = Object.fromEntries([...svg.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    const state = Object.fromEntries(Object.entries(sliders).map(([name, slider]) => [name, slider.value]));
    // A handle is a pixel; what is gripped is as large as a finger.
    const grips = {};
    const centre = (rect, [x, y]) => {
      const half = rect.width.baseVal.value / 2;
      rect.setAttribute("x", (x - half).toFixed(1));
      rect.setAttribute("y", (y - half).toFixed(1));
    };
    const put = {
      line: (name, points) => parts[name].setAttribute("d", way(points)),
      sheet: (name, points) => parts[name].setAttribute("d", `${way(points)}Z`),
      dot: (name, place) => {
        centre(parts[name], place);
        if (grips[name]) centre(grips[name], place);
      },
      text: (name, words) => {
        if (parts[name].textContent !== words) parts[name].textContent = words;
      },
      mark: (name, on) => parts[name].classList.toggle("now", on),
    };
    // A straight line through (x, y), as far as the picture goes or `reach` to both sides.
    put.through = (name, x, y, slope, reach) => {
      const ends = reach ? [x - reach, x + reach] : [plane.left, plane.right];
      put.line(name, ends.map((end) => plane.at(end, y + slope * (end - x))));
    };

    let asked = 0;
    const update = (changes) => {
      for (const [name, value] of Object.entries(changes)) {
        const { min, max } = sliders[name];
        state[name] = clamp(value, min, max);
      }
      Object.assign(state, settle(state));
      // However fast the pointer moves, the picture is drawn once a frame.
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        controls.show(state);
        draw(state, put, plane);
      });
    };

    const controls = live.controls(sliders, update);
    for (const [title, act] of Object.entries(buttons)) controls.button(title, () => update(act(state)));
    figure.querySelector("figcaption").before(controls.element);

    const placeOf = ({ clientX, clientY }) => {
      const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [x, y];
    };
    for (const [name, move] of Object.entries(drag)) {
      const grip = parts[name].cloneNode();
      delete grip.dataset.part;
      grip.setAttribute("class", "grip");
      grip.setAttribute("width", GRIP);
      grip.setAttribute("height", GRIP);
      svg.append(grip);
      grips[name] = grip;
      // Browsers pass over touch-action inside a drawing: without this the page scrolls and the handle is lost.
      grip.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
      let held; // from where it was gripped to the handle itself
      grip.addEventListener("pointerdown", (event) => {
        const [x, y] = placeOf(event);
        held = [grip.x.baseVal.value + GRIP / 2 - x, grip.y.baseVal.value + GRIP / 2 - y];
        grip.setPointerCapture(event.pointerId);
        event.preventDefault();
      });
      grip.addEventListener("pointermove", (event) => {
        if (!grip.hasPointerCapture(event.pointerId)) return;
        const [x, y] = placeOf(event);
        const place = [x + held[0], y + held[1]];
        update(move(plane ? plane.from(...place) : place, state, plane));
      });
    }
    update({});
  };

  // The car stops at 4, and stands.
  const STOP = 4;
  const path = (t) => 6 * Math.min(t, STOP) ** 2 - Math.min(t, STOP) ** 3;
  const tangent = {
    sliders: {
      moment: { title: "момент", min: 0, max: STOP, value: 1 },
      span: { title: "отрезок времени", min: 0.01, max: 2, value: 1 },
    },
    drag: { point: ([x]) => ({ moment: x }) },
    // A chord ends on the road that is drawn.
    settle: ({ moment, span }) => ({ span: Math.max(0.01, Math.min(span, STOP - moment)) }),
    draw: ({ moment, span }, put, plane) => {
      const speed = 12 * moment - 3 * moment ** 2;
      const slope = (path(moment + span) - path(moment)) / span;
      put.through("tangent", moment, path(moment), speed);
      put.through("chord", moment, path(moment), slope);
      put.dot("point", plane.at(moment, path(moment)));
      put.dot("chord-a", plane.at(moment, path(moment)));
      put.dot("chord-b", plane.at(moment + span, path(moment + span)));
      put.text("chord-said", `хорда ${show(slope * span, 2)} / ${show(span, 2)} = ${show(slope, 2)}`);
      put.text("speed", `скорость ${show(speed, 2)}`);
    },
  };

  const project = (x, y, z) => [400 + 62 * (x - y), 55 + 24 * (x + y) - 12 * z];
  const surface = {
    sliders: {
      x: { title: "x", min: -3, max: 3, value: 2 },
      y: { title: "y", min: -3, max: 3, value: -2 },
    },
    drag: {
      // The point of the hill under the pointer, found by a few of Newton's steps from where it was.
      point: ([px, py], { x, y }) => {
        for (let turn = 0; turn < 4; turn += 1) {
          const [qx, qy] = project(x, y, -(x * x + y * y));
          const [a, b, c, d] = [62, -62, 24 + 24 * x, 24 + 24 * y];
          const area = a * d - b * c;
          if (Math.abs(area) < 300) return { x: x + (px - qx) / 124, y: y - (px - qx) / 124 };
          x = clamp(x + ((px - qx) * d - b * (py - qy)) / area, -3, 3);
          y = clamp(y + (a * (py - qy) - c * (px - qx)) / area, -3, 3);
        }
        return { x, y };
      },
    },
    draw: ({ x, y }, put) => {
      const z = -(x * x + y * y);
      const over = (dx, dy) => project(x + dx, y + dy, z - 2 * x * dx - 2 * y * dy);
      put.dot("point", project(x, y, z));
      put.sheet("plane", [over(-1.1, -1.1), over(1.1, -1.1), over(1.1, 1.1), over(-1.1, 1.1)]);
      put.line("gradient", [over(0, 0), over(-0.5 * x, -0.5 * y)]);
      put.text("said", `градиент (${show(-2 * x)}; ${show(-2 * y)})`);
    },
  };

  const END = 2.5; // of the line, to both sides
  const POINTS = [[-2, -2.6], [-1, -0.7], [0, 0.4], [1, 2.9], [2, 4.2]];
  const miss = ([x, y], a, b) => y - (a * x + b);
  const line = (residuals) => ({
    sliders: {
      a: { title: "наклон a", min: -3, max: 4, value: 1 },
      b: { title: "сдвиг b", min: -3.5, max: 4, value: -1 },
    },
    // The line turns about the other handle.
    drag: {
      left: ([, y], { a, b }, plane) => through([plane.seen(-END, a, b)[0], y], plane.seen(END, a, b)),
      right: ([, y], { a, b }, plane) => through([plane.seen(END, a, b)[0], y], plane.seen(-END, a, b)),
    },
    buttons: residuals
      ? {
          Шаг: ({ a, b }) => {
            const along = POINTS.reduce((sum, point) => sum - 2 * miss(point, a, b) * point[0], 0);
            const up = POINTS.reduce((sum, point) => sum - 2 * miss(point, a, b), 0);
            return { a: a - 0.04 * along, b: b - 0.04 * up };
          },
        }
      : {},
    draw: ({ a, b }, put, plane) => {
      put.through("line", 0, b, a);
      put.dot("left", plane.at(...plane.seen(-END, a, b)));
      put.dot("right", plane.at(...plane.seen(END, a, b)));
      if (residuals) {
        POINTS.forEach(([x, y], index) => {
          const [[left, top], [, foot]] = [plane.at(x, y), plane.at(x, a * x + b)];
          const aside = a >= 0 ? left - (foot - top) : left + (foot - top);
          put.line(`miss-${index}`, [[left, top], [left, foot]]);
          put.sheet(`square-${index}`, [[left, top], [left, foot], [aside, foot], [aside, top]]);
        });
      }
      put.text("loss", `L = ${show(POINTS.reduce((sum, point) => sum + miss(point, a, b) ** 2, 0), 2)}`);
    },
  });
  const through = ([x0, y0], [x1, y1]) => {
    const a = (y1 - y0) / (x1 - x0);
    return { a, b: y0 - a * x0 };
  };

  const descent = {
    sliders: {
      start: { title: "начало", min: -5, max: 5, value: 4.5 },
      rate: { title: "скорость обучения η", min: 0, max: 1.2, value: 0.1 },
    },
    drag: { start: ([x]) => ({ start: x }) },
    draw: ({ start: x0, rate }, put, plane) => {
      const factor = 1 - 2 * rate;
      const places = Array.from({ length: 12 }, (_, step) => x0 * factor ** step);
      put.line("way", places.map((x) => plane.at(x, x * x)));
      places.forEach((x, step) => step && put.dot(`step-${step}`, plane.at(x, x * x)));
      put.through("tangent", x0, x0 * x0, 2 * x0, 1.2);
      put.dot("start", plane.at(x0, x0 * x0));
      put.text("said", `η = ${show(rate, 2)}: каждый шаг × ${show(factor, 2)}`);
    },
  };

  // Nodes as the picture numbers them: a, b, four for each point, L; the column that each stands in.
  const DATA = [[1, 3], [2, 5]];
  const COLUMNS = [0, 0, 1, 2, 3, 4, 1, 2, 3, 4, 5];
  const graph = {
    sliders: {
      a: { title: "a", min: -3, max: 4, value: 1, step: 0.5 },
      b: { title: "b", min: -3, max: 4, value: 1, step: 0.5 },
      step: { title: "шаг", min: 0, max: 12, value: 12, step: 1, digits: 0 },
    },
    buttons: { "Следующий шаг": ({ step }) => ({ step: (step + 1) % 13 }) },
    draw: ({ a, b, step }, put) => {
      const values = [a, b];
      const grads = [0, 0];
      for (const [x, y] of DATA) {
        const missed = y - (a * x + b);
        values.push(a * x, a * x + b, missed, missed ** 2);
        grads.push(-2 * missed, -2 * missed, 2 * missed, 1);
        grads[0] -= 2 * missed * x;
        grads[1] -= 2 * missed;
      }
      values.push(values[5] + values[9]);
      grads.push(1);
      COLUMNS.forEach((column, node) => {
        const there = step > column;
        const back = step > 11 - column;
        put.text(`value-${node}`, there ? show(values[node], 2) : "");
        put.text(`grad-${node}`, back ? `∂ ${show(grads[node], 2)}` : "");
        put.mark(`node-${node}`, step === column + 1 || step === 12 - column);
      });
    },
  };

  const pictures = { tangent, surface, fit: line(false), residuals: line(true), descent, graph };
  for (const figure of document.querySelectorAll("figure.live")) start(figure, pictures[figure.dataset.live]);
})();
