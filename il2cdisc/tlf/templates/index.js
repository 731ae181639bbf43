"use strict";
// Finds displays in the list: every word that is typed must be in a row. Works from a file, asks nothing of the network.
const find = document.getElementById("find");
const kinds = [...document.querySelectorAll("input[name=kind]")];
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const sections = [...document.querySelectorAll("#displays section")].map((part) => ({
  part, rows: [...part.querySelectorAll("tbody tr")].map((row) => ({ row, text: plain(row.textContent) })),
}));
function show() {
  const words = plain(find.value).split(/\s+/).filter(Boolean);
  const wanted = new Set(kinds.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const { part, rows } of sections) {
    let here = 0;
    for (const { row, text } of rows) {
      row.hidden = !(wanted.has(row.dataset.kind) && words.every((word) => text.includes(word)));
      here += row.hidden ? 0 : 1;
    }
    part.hidden = here === 0;
    count += here;
  }
  document.getElementById("count").textContent = `${count} display${count === 1 ? "" : "s"}`;
  document.getElementById("none").hidden = count > 0;
}
function move(step) {
  const links = [...document.querySelectorAll("a.open")].filter((link) => link.offsetParent !== null);
  const at = links.indexOf(document.activeElement);
  if (at < 0 && step < 0) return;
  if (at === 0 && step < 0) find.focus();
  else links[Math.min(at + step, links.length - 1)]?.focus();
}
find.addEventListener("input", show);
kinds.forEach((box) => box.addEventListener("change", show));
document.querySelector("form.find").addEventListener("submit", (event) => { event.preventDefault(); move(1); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const listed = event.target === find || event.target.matches?.("a.open");
  if (event.key === "/" && event.target !== find) { event.preventDefault(); find.focus(); find.select(); }
  else if (event.key === "Escape") { find.value = ""; show(); find.focus(); }
  else if (listed && event.key === "ArrowDown") { event.preventDefault(); move(1); }
  else if (listed && event.key === "ArrowUp") { event.preventDefault(); move(-1); }
});
show();
