// The machine whose numbers a page shows. A reader who chooses another one, under the title, by any figure, or in the deck
// by its key, gets its numbers, its verdicts and the sides of forks that are true of it, on every page, until undone.
//
// What a machine has comes from assets/generated/machines/SLUG.json, made by site/choices.py:
//   {label, quick, figures: [experiment], claims: {id: {"data-holds", "data-record", title}},
//    values: {name: {format: {text, value, title, class, "data-record"}}}}
// Numbers are `<data data-name data-format>`; without `data-name` a number is of the machine that its author named, and
// stays. Whoever computes numbers in the page hands them over as another machine: `chosen.offer(slug, label, {values,
// claims})`, and its verdicts turn the forks that say which side is which (`data-when`).
// `machine-chosen` on document, with `detail: {machine, label, data}`, tells that numbers have changed; all three are null
// where the page shows its own again.
const chosen = (() => {
  const KEPT = "machine";
  const FOLLOWERS = "data[data-name], .claim[data-claim]";
  // What is read at once shows one machine: its numbers follow all together, or none does.
  const READ_AT_ONCE = ["section.slide .slide-frame", "table", "li, p, h1, h2, h3, h4, h5, h6, dd, dt, figcaption"];
  const [talk] = document.currentScript.src.split("assets/generated/");

  const line = document.querySelector(".page-machine");
  const deck = document.querySelector("main.deck");
  const select = line?.querySelector("select");
  const told = line?.querySelector("output");
  const labels = new Map([...(select?.options ?? [])].map(({ value, text }) => [value, text]));
  const onRecord = new Set(labels.keys());
  const files = new Map();
  let machine = null;

  const load = async (slug) => {
    if (!files.has(slug)) {
      if (location.protocol === "file:") throw new Error("From disk no browser reads a file.");
      const asked = fetch(`${talk}assets/generated/machines/${slug}.json`).then((answer) => {
        if (!answer.ok) throw new Error(`${slug}: ${answer.status}`);
        return answer.json();
      });
      asked.catch(() => files.delete(slug));
      files.set(slug, asked);
    }
    return files.get(slug);
  };

  const homeOf = (element) => (element.dataset.record ?? "").split("/")[0];
  const unitOf = (element) => READ_AT_ONCE.map((unit) => element.closest(unit)).find(Boolean) ?? element.parentElement;

  // What elements were, so that they can be so again.
  const former = new Map();
  const change = (element, attributes, text) => {
    if (!former.has(element)) {
      const kept = [...element.attributes].map(({ name, value }) => [name, value]);
      former.set(element, { attributes: kept, text: element.matches("data") ? element.textContent : null });
    }
    for (const [name, value] of Object.entries(attributes)) {
      // Notes of slides have numbers without tooltips.
      if (element.hasAttribute(name) || name === "hidden") element.setAttribute(name, value);
    }
    if (text !== undefined) element.textContent = text;
  };
  const restore = () => {
    for (const [element, { attributes, text }] of former) {
      for (const name of element.getAttributeNames()) {
        if (name !== "tabindex") element.removeAttribute(name);
      }
      for (const [name, value] of attributes) element.setAttribute(name, value);
      if (text !== null) element.textContent = text;
      if (element.matches(".claim")) mark(element);
    }
    former.clear();
  };

  const mark = (claim) => {
    claim.querySelector(":scope > .claim-mark")?.remove();
    if (claim.dataset.holds !== "false") return;
    const words = claim.appendChild(document.createElement("strong"));
    words.className = "claim-mark";
    words.textContent = ` ${say("refuted")}`;
  };

  // What the machine has in the place of a number or a sentence; undefined where it has nothing.
  const found = (element, { values = {}, claims = {} }) =>
    element.matches("data")
      ? values[element.dataset.name]?.[element.dataset.format ?? ""]
      : claims[element.dataset.claim];

  // Forks: the sides that are true of the machine. A claim that it cannot judge leaves its fork, and what is said in it, as
  // they were; so does one whose other side has numbers that the machine lacks. Returns those.
  const turnForks = (slug, data) => {
    const { claims = {} } = data;
    const sides = [...document.querySelectorAll("[data-fork], [data-machines]")];
    // Sides name the machines on record that they are true of; who is on none has its verdicts, or leaves them as they are.
    const isTrue = ({ hidden, dataset: { machines, fork, when } }) => {
      if (onRecord.has(slug)) return machines.split(" ").includes(slug);
      return when && claims[fork] ? (claims[fork]["data-holds"] === "true") === (when === "holds") : !hidden;
    };
    const isSeen = (element, within) => {
      const side = element.closest("[data-machines]");
      return side === within || (isTrue(side) && isSeen(side.parentElement, within));
    };
    const lacks = (side) =>
      [...side.querySelectorAll(FOLLOWERS)].some(
        (each) => homeOf(each) !== slug && !found(each, data) && isSeen(each, side),
      );
    const turning = sides.filter((side) => side.dataset.machines !== undefined && isTrue(side) === side.hidden);
    const held = new Set(sides.map((side) => side.dataset.fork).filter((fork) => fork && !claims[fork]));
    for (const side of turning) if (side.hidden && side.dataset.fork && lacks(side)) held.add(side.dataset.fork);
    for (const side of turning) {
      if (held.has(side.dataset.fork)) continue;
      change(side, {});
      side.hidden = !side.hidden;
    }
    return held;
  };

  const isSame = (element, other) => other && other["data-record"] === element.dataset.record;

  // Numbers and sentences. Returns how many changed, how many are the machine's anyway, and whose the others are.
  const turnNumbers = (slug, data, held) => {
    const units = new Map();
    for (const element of document.querySelectorAll(FOLLOWERS)) {
      const unit = unitOf(element);
      if (!units.has(unit)) units.set(unit, []);
      units.get(unit).push(element);
    }
    let changed = 0;
    let own = 0;
    const foreign = new Map();
    for (const [unit, elements] of units) {
      const isHeld = isWithin(unit, held);
      own += elements.filter((element) => homeOf(element) === slug).length;
      // What is said of every machine, or of one by name, is the same of all.
      const moving = elements.filter(
        (element) => homeOf(element) !== slug && !isSame(element, found(element, data)),
      );
      for (const home of new Set(moving.map(homeOf))) {
        const together = moving.filter((element) => homeOf(element) === home);
        const follows = !isHeld && together.every((element) => found(element, data));
        for (const element of together) {
          if (follows) {
            const { text, ...attributes } = found(element, data);
            change(element, attributes, text);
            if (element.matches(".claim")) mark(element);
            changed += 1;
          } else if (element.dataset.record) {
            foreign.set(element, home);
          }
        }
      }
    }
    return { changed, own, foreign };
  };

  const isWithin = (element, forks) => {
    for (let side = element.closest("[data-fork]"); side; side = side.parentElement.closest("[data-fork]")) {
      if (forks.has(side.dataset.fork)) return true;
    }
    return false;
  };

  const named = (slug) => labels.get(slug) ?? slug;

  const show = (slug, data) => {
    restore();
    if (!slug) return tell("");
    const held = turnForks(slug, data);
    const { changed, own, foreign } = turnNumbers(slug, data, held);
    const homes = [...new Set([...foreign].filter(([each]) => !each.closest("[data-machines][hidden]")).map(([, home]) => home))];
    const others = homes.map((home) => say("machine_named", { machine: named(home) })).join(", ");
    if (!changed && slug === page) return tell(""); // they were its own all along
    if (!changed && !own) return tell(others && say("machine_nothing", { homes: others }));
    for (const [element] of foreign) {
      const title = say("machine_foreign", { machine: named(slug), title: element.title });
      change(element, { class: `${element.className} foreign`, title });
    }
    const quick = data.quick ? ` ${say("machine_quick")}` : "";
    return tell(say(others ? "machine_partly" : "machine_whole", { homes: others }) + quick, slug);
  };

  // Said under the title, to a screen reader too; and, where numbers have changed, in the corner of the window, from
  // where they can be had back.
  const corner = document.createElement("section");
  corner.setAttribute("aria-label", say("machine_corner"));
  corner.className = "machine-now";
  corner.hidden = true;
  const name = corner.appendChild(document.createElement("span"));
  const back = corner.appendChild(document.createElement("button"));
  back.type = "button";
  back.textContent = "×";
  back.title = say("machine_back");
  back.setAttribute("aria-label", say("machine_back"));
  back.addEventListener("click", () => choose(null));

  const tell = (text, slug) => {
    if (told) told.textContent = text;
    line?.classList.toggle("other", Boolean(text));
    corner.hidden = !slug;
    name.textContent = slug ? say("machine_now", { machine: named(slug) }) : "";
  };

  const turn = async (slug) => {
    let data = null;
    try {
      data = slug && (await load(slug));
    } catch (error) {
      if (told) told.textContent = say("machine_lost");
      if (select) select.value = machine ?? page;
      throw error;
    }
    machine = slug;
    kept.write(KEPT, slug ?? "");
    if (select) select.value = slug ?? page;
    show(slug, data);
    const label = slug && named(slug);
    document.dispatchEvent(new CustomEvent("machine-chosen", { detail: { machine, label, data } }));
  };

  // Choose a machine, or null for the page's own. Rejects where its numbers cannot be had, and changes nothing.
  const choose = (slug) => turn(slug && labels.has(slug) && slug !== page ? slug : null);

  // One more machine, whose numbers are made in the page: `data` as in the files.
  const offer = (slug, label, data) => {
    files.set(slug, Promise.resolve(data));
    if (!labels.has(slug)) select?.add(new Option(label, slug));
    labels.set(slug, label);
    if (kept.read(KEPT) === slug) turn(slug);
  };

  const page = select?.value;
  (deck ?? document.body).append(corner);
  if (select) {
    select.hidden = false;
    line.querySelector("strong").hidden = true;
    select.addEventListener("change", () => choose(select.value).catch(() => {}));
  }
  // Once whoever listens is there.
  queueMicrotask(() => {
    const before = kept.read(KEPT);
    if (before && labels.has(before)) turn(before).catch(() => {});
  });

  return {
    choose,
    offer,
    labels,
    // Whose numbers are shown, and what is said of those that it has not.
    get shown() {
      return machine ?? page;
    },
    get told() {
      return told?.textContent ?? "";
    },
  };
})();
