// A formula is copied as its TeX: what KaTeX sets holds every letter twice, each on a line of its own.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  const copied = document.createElement("div");
  for (let index = 0; index < selection.rangeCount; index += 1) {
    const range = selection.getRangeAt(index).cloneRange();
    const around = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".katex");
    const [first, last] = [around(range.startContainer), around(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    copied.append(range.cloneContents());
  }
  const formulas = copied.querySelectorAll(".katex");
  if (!formulas.length) return;
  for (const formula of formulas) formula.replaceWith(formula.querySelector("annotation").textContent);
  // Laid out, though out of sight, it has the lines that the reader saw.
  copied.className = "copied";
  document.body.append(copied);
  event.clipboardData.setData("text/plain", copied.innerText);
  event.clipboardData.setData("text/html", copied.innerHTML);
  copied.remove();
  event.preventDefault();
});
