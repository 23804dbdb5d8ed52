/* The table of grids, sorted by any column. */
const COLUMNS = [["code", (i) => grids.grid_code[i]], ["households", (i) => grids.households[i]], ["deviation", (i) => deviation(i)],
  ["residents", (i) => grids.residents[i]], ["buildings", (i) => grids.buildings[i]], ["walk_m", (i) => grids.walk_m[i]]];
let order = grids.grid_code.map((_, i) => i), sorted = ["code", 1];
const gridList = list($("#grids .rows"), 28, () => order.length, (k) => {
  const i = order[k], short = grids.grid_code[i];
  return element("div", { class: i === selected ? "row selected" : "row", title: `${short} ${grids.name[i]}`, onclick: () => select(i, true) },
    element("span", {}, element("i", { style: `background:${colourOf(i)}` }), short), element("b", {}, number(grids.households[i])),
    element("span", {}, signed(deviation(i))), element("span", {}, number(grids.residents[i])),
    element("span", {}, number(grids.buildings[i])), element("span", {}, `${number(grids.walk_m[i])} m`));
});
function sortGrids() {
  const [name, way] = sorted, value = COLUMNS.find(([n]) => n === name)[1];
  order.sort((a, b) => { const x = value(a), y = value(b); return (x < y ? -way : x > y ? way : 0) || a - b; });
  $("#grids .head").replaceChildren(...COLUMNS.map(([n]) => element("button", { type: "button",
    "aria-sort": n === name ? (way > 0 ? "ascending" : "descending") : null,
    onclick: () => { sorted = [n, n === sorted[0] ? -sorted[1] : 1]; sortGrids(); } }, text[n])));
  gridList.refresh();
}
