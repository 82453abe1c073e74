// Figures that several machines have: links to the others become a choice of one machine, made for every figure at once
// and kept from page to page. A figure of another machine is fetched from that machine's page when it is asked for.
(() => {
  const KEPT = "machine";
  const pages = new Map();

  const load = (url) => {
    if (!pages.has(url)) {
      const asked = fetch(url).then(async (answer) => {
        if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
        return new DOMParser().parseFromString(await answer.text(), "text/html");
      });
      asked.catch(() => pages.delete(url));
      pages.set(url, asked);
    }
    return pages.get(url);
  };

  class Choice {
    constructor(details, number) {
      const name = details.dataset.figure;
      const scope = details.closest("section.slide") ?? details.parentElement;
      this.figure = scope.querySelector(`figure[data-figure="${CSS.escape(name)}"]`);
      this.figures = new Map();
      this.links = new Map();
      this.inputs = new Map();

      const set = document.createElement("fieldset");
      set.className = "machines";
      const legend = set.appendChild(document.createElement("legend"));
      legend.textContent = say("machine");
      for (const item of details.querySelectorAll("li")) {
        const { machine } = item.dataset;
        const label = set.appendChild(document.createElement("label"));
        const input = label.appendChild(document.createElement("input"));
        input.type = "radio";
        input.name = `machine-${number}`;
        input.value = machine;
        label.append(item.textContent);
        this.inputs.set(machine, input);
        const link = item.querySelector("a");
        if (link) {
          this.links.set(machine, link.href);
        } else {
          this.own = this.shown = machine;
          this.figures.set(machine, this.figure);
          input.checked = true;
        }
      }
      set.addEventListener("change", (event) => choose(event.target.value, this));
      details.replaceWith(set);
    }

    // Show the figure of `machine`, or the page's own where it has none. Rejects when it cannot be fetched.
    async show(machine) {
      const wanted = this.inputs.has(machine) ? machine : this.own;
      this.wanted = wanted;
      this.inputs.get(wanted).checked = true;
      if (!this.figures.has(wanted)) {
        const link = new URL(this.links.get(wanted));
        const section = (await load(link.href.replace(link.hash, ""))).getElementById(link.hash.slice(1));
        const figure = document.importNode(section.querySelector("figure"), true);
        // Its links are relative to the page that it comes from.
        for (const each of figure.querySelectorAll("a[href]")) {
          each.setAttribute("href", new URL(each.getAttribute("href"), link).href);
        }
        figure.dataset.figure = this.figure.dataset.figure;
        this.figures.set(wanted, figure);
      }
      if (this.wanted !== wanted || this.shown === wanted) return; // chosen anew meanwhile
      const figure = this.figures.get(wanted);
      this.figure.replaceWith(figure);
      this.figure = figure;
      this.shown = wanted;
    }
  }

  const choices = [...document.querySelectorAll("details.machines")].map((details, index) => new Choice(details, index));

  const choose = async (machine, asked) => {
    kept.write(KEPT, machine);
    const shown = choices.map((choice) => choice.show(machine));
    // Opened from disk, a page may fetch nothing: the link still leads to the figure.
    shown[choices.indexOf(asked)].catch(() => location.assign(asked.links.get(machine)));
    await Promise.allSettled(shown);
    document.dispatchEvent(new CustomEvent("machine-chosen", { detail: { machine } }));
  };

  const machine = kept.read(KEPT);
  if (machine) for (const choice of choices) choice.show(machine).catch(() => choice.show(choice.own));
})();
