// Figures and scenes that several machines have follow the machine that is chosen (chosen.js). Links to the others'
// become tabs, in which it is chosen. A figure of another machine is fetched from that machine's page when it is asked
// for.
// `figures-changed` on document tells that they are there.
(() => {
  const [talk] = document.currentScript.src.split("assets/generated/");
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

  class Figure {
    constructor(figure) {
      this.figure = this.own = figure;
      [this.experiment, this.name] = figure.dataset.figure.split("/");
      this.found = new Map([[figure.dataset.record.split("/")[0], figure]]);
    }

    // Show that of `machine`, whose file is `data`, or the page's own where it has none. Rejects when it cannot be fetched.
    async show(machine, data) {
      const wanted = data?.figures?.includes(this.experiment) ? machine : null;
      this.wanted = wanted;
      if (wanted && !this.found.has(wanted)) this.found.set(wanted, await this.fetch(wanted));
      if (this.wanted !== wanted) return; // chosen anew meanwhile
      const figure = this.found.get(wanted) ?? this.own;
      if (figure !== this.figure) this.figure.replaceWith(figure);
      this.figure = figure;
    }

    async fetch(machine) {
      const url = new URL(`machines/${machine}-${this.experiment}.html`, talk);
      const found = (await load(url.href)).getElementById(this.name)?.querySelector("[data-record]");
      if (!found) return this.own;
      const figure = document.importNode(found, true);
      // Its links are relative to the page that it comes from.
      for (const each of figure.querySelectorAll("a[href]")) {
        each.setAttribute("href", new URL(each.getAttribute("href"), url).href);
      }
      figure.dataset.figure = this.own.dataset.figure;
      return figure;
    }
  }

  class Tabs {
    constructor(details, number) {
      const set = document.createElement("fieldset");
      set.className = "machines";
      const legend = set.appendChild(document.createElement("legend"));
      legend.textContent = say("machine");
      this.inputs = new Map();
      for (const item of details.querySelectorAll("li")) {
        const { machine } = item.dataset;
        const label = set.appendChild(document.createElement("label"));
        const input = label.appendChild(document.createElement("input"));
        input.type = "radio";
        input.name = `machine-${number}`;
        input.value = machine;
        label.append(item.textContent);
        const link = item.querySelector("a")?.href;
        if (!link) this.own = machine;
        // Opened from disk, a page may fetch nothing: the link still leads to the figure.
        input.addEventListener("change", () => chosen.choose(machine).catch(() => link && location.assign(link)));
        this.inputs.set(machine, input);
        if (!chosen.labels.has(machine)) chosen.labels.set(machine, item.textContent);
      }
      details.replaceWith(set);
      this.show(null);
    }

    show(machine) {
      (this.inputs.get(machine) ?? this.inputs.get(this.own)).checked = true;
    }
  }

  const figures = [...document.querySelectorAll("[data-figure][data-record]")].map((figure) => new Figure(figure));
  const tabs = [...document.querySelectorAll("details.machines")].map((details, index) => new Tabs(details, index));

  document.addEventListener("machine-chosen", async ({ detail: { machine, data } }) => {
    for (const each of tabs) each.show(machine);
    await Promise.allSettled(figures.map((figure) => figure.show(machine, data)));
    document.dispatchEvent(new CustomEvent("figures-changed"));
  });
})();
