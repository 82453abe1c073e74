// Sets TeX for talk/markdown/math.py: one JSON request a line on standard input, one JSON answer a line back. A displayed
// formula says how wide and high it is, in em of its own type, so that a slide is known to hold it without a browser.
import { createInterface } from "node:readline";
import katex from "katex";

const SCALES = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.44, 1.728, 2.074, 2.488]; // of katex.css's .size1 to .size11
const SPACES = ["marginLeft", "marginRight", "paddingLeft", "width", "minWidth"];
const [NULL_DELIMITER, LINE] = [0.12, 1.2]; // also its
const letters = new Map();

// Links, pictures and attributes: KaTeX would show the command's name in their place.
function trust({ command }) {
  throw new Error(`${command} is no part of a formula here`);
}

function set(tex, display) {
  return katex.__renderToDomTree(tex, { displayMode: display, output: "htmlAndMathml", strict: "ignore", trust });
}

// KaTeX knows the width of each letter, and of what joins several in one node of the first letter alone.
function letterWidth(letter) {
  if (!letters.has(letter)) {
    const [symbol] = all(set(`\\text{${letter}}`, false), (node) => node.text);
    letters.set(letter, symbol?.width ?? 0.5);
  }
  return letters.get(letter);
}

function* all(node, matches) {
  if (node.classes?.includes("katex-mathml")) return;
  if (matches(node)) yield node;
  for (const child of node.children ?? []) yield* all(child, matches);
}

function widthOf(node) {
  const classes = node.classes ?? [];
  if (classes.includes("katex-mathml") || classes.includes("vlist-s")) return 0;
  const beside = SPACES.reduce((sum, name) => sum + (parseFloat(node.style?.[name]) || 0), 0);
  if (node.text) {
    const own = /^[\p{L}\p{N}]{2,}$/u.test(node.text)
      ? [...node.text].reduce((sum, letter) => sum + letterWidth(letter), 0)
      : (node.width ?? 0);
    return own + (node.italic ?? 0) + beside;
  }
  const parts = (node.children ?? []).map(widthOf);
  const stacked = classes.some((name) => name.startsWith("vlist"));
  const inside = stacked ? Math.max(0, ...parts) : parts.reduce((sum, part) => sum + part, 0);
  const [outer, inner] = ["reset-size", "size"].map((prefix) =>
    classes.map((name) => name.match(`^${prefix}(\\d+)$`)?.[1]).find(Boolean),
  );
  const scale = outer ? SCALES[inner - 1] / SCALES[outer - 1] : 1;
  return inside * scale + beside + (classes.includes("nulldelimiter") ? NULL_DELIMITER : 0);
}

// A line is made of bases side by side, each as high as its strut.
function linesOf(tree) {
  const lines = [{ width: 0, height: LINE }];
  for (const part of all(tree, (node) => ["katex-base", "katex-newline"].some((name) => node.classes?.includes(name)))) {
    if (part.classes.includes("katex-newline")) {
      lines.push({ width: 0, height: LINE });
      continue;
    }
    const line = lines.at(-1);
    line.width += widthOf(part);
    line.height = Math.max(line.height, parseFloat(part.children[0].style.height));
  }
  return lines;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    const tree = set(tex, display);
    if (display) {
      const lines = linesOf(tree);
      tree.setAttribute("data-width", Math.max(...lines.map((each) => each.width)).toFixed(2));
      tree.setAttribute("data-height", lines.reduce((sum, each) => sum + each.height, 0).toFixed(2));
    }
    answer = { html: tree.toMarkup() };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
