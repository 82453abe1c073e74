// Two machines of the reader's choice on /reproduce/, and how many times each headline number of theirs differs. The
// numbers are those of the table above: nothing else is asked for.
(() => {
  const table = document.querySelector("figure.headlines table");
  const form = document.querySelector("form.machine-pair");
  if (!table || !form) return;

  const machines = [...table.querySelectorAll("thead th[data-machine]")].map((head) => head.textContent);
  if (machines.length < 2) return;

  const ratio = (value) => {
    const digits = Math.max(0, 2 - Math.floor(Math.log10(value)));
    return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: Math.min(digits, 4) });
  };

  const cell = (row, name, content) => {
    const made = row.appendChild(document.createElement(name));
    if (name === "th") made.scope = "row";
    made.append(content);
    return made;
  };

  // A row of the big table for the two machines, or nothing where neither has the number.
  const compare = (row, first, second) => {
    const shown = [first, second].map((machine) => row.querySelectorAll("td")[machine]);
    const numbers = shown.map((each) => each.querySelector("data"));
    if (!numbers.some(Boolean)) return null;
    const made = document.createElement("tr");
    cell(made, "th", row.querySelector("th").textContent);
    shown.forEach((each) => cell(made, "td", each.textContent));
    if (!numbers.every(Boolean)) {
      cell(made, "td", "—");
      return made;
    }
    const times = Number(numbers[1].value) / Number(numbers[0].value);
    const last = cell(made, "td", Number.isFinite(times) && times > 0 ? `${ratio(times)}×` : "—");
    // What differs by less than the repeats of both do is neither better nor worse.
    const spread = shown.reduce((sum, each) => sum + Number(each.dataset.spread ?? 0), 0);
    const { better } = row.dataset;
    if (better && Math.max(times, 1 / times) - 1 > spread) {
      const won = times > 1 === (better === "more");
      const mark = last.appendChild(document.createElement("span"));
      mark.className = won ? "better" : "worse";
      mark.textContent = say(won ? "better" : "worse");
    }
    return made;
  };

  const update = () => {
    const [first, second] = ["first", "second"].map((name) => Number(form.elements[name].value));
    const made = document.createElement("table");
    made.className = "operators";
    const head = made.createTHead().insertRow();
    [say("number"), machines[first], machines[second], say("ratio")].forEach((title) => {
      const heading = head.appendChild(document.createElement("th"));
      heading.scope = "col";
      heading.textContent = title;
    });
    const body = made.createTBody();
    for (const row of table.querySelectorAll("tbody tr:not(.section)")) {
      const found = compare(row, first, second);
      if (found) body.append(found);
    }
    const empty = document.createElement("p");
    empty.textContent = say("nothing");
    form.querySelector("div").replaceChildren(body.rows.length ? made : empty);
  };

  for (const [name, chosen] of [["first", 1], ["second", 0]]) {
    machines.forEach((machine, index) => form.elements[name].add(new Option(machine, index, false, index === chosen)));
  }
  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  update();
})();
