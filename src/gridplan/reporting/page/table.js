/* The table of grids, sorted by any column, linked to the map. */
const COLUMNS = [["code", (i) => grids.grid_code[i]], ["households", (i) => grids.households[i]], ["deviation", (i) => deviation(i)],
  ["residents", (i) => grids.residents[i]], ["buildings", (i) => grids.buildings[i]], ["walk_m", (i) => grids.walk_m[i]],
  ["tab_findings", (i) => faultsOf(i)]];
const headOf = (name) => name === "walk_m" ? `${text.walk_m} (m)` : text[name];
let sorted = ["code", 1];
function cellsOf(i) {
  return [number(grids.households[i]), signed(deviation(i)), number(grids.residents[i]), number(grids.buildings[i]),
    number(grids.walk_m[i]), faultsOf(i) || ""];
}
const gridList = list({
  owner: $("#grids .table"), height: 28, count: () => order.length,
  make(k) {
    const i = order[k], code = grids.grid_code[i];
    return element("div", { class: i === selected ? "row selected" : "row", role: "row", "aria-rowindex": k + 2, title: `${code} ${grids.name[i]}` },
      element("span", { role: "gridcell" }, element("i", { style: `background:${colourOf(i)}` }), code),
      ...cellsOf(i).map((cell, c) => element(c ? "span" : "b", { role: "gridcell" }, cell)));
  },
  go: (k) => { select(order[k]); keepInView(order[k]); },
  open: (k) => select(order[k], true),
});
function keepInView(i) {
  const box = boundsOf(shapes[i].box);
  if (!map.getBounds().contains(box)) map.panTo(box.getCenter(), { animate: !still });
}
function sortGrids() {
  const [name, way] = sorted, value = COLUMNS.find(([n]) => n === name)[1];
  order.sort((a, b) => { const x = value(a), y = value(b); return (x < y ? -way : x > y ? way : 0) || a - b; });
  $("#grids .table").setAttribute("aria-rowcount", order.length + 1);
  gridList.refresh(order.indexOf(selected));
}
function showHead() {
  const focused = document.activeElement.dataset.sort;
  $("#grids .head").replaceChildren(...COLUMNS.map(([n]) => element("span", { role: "columnheader",
    "aria-sort": n !== sorted[0] ? null : sorted[1] > 0 ? "ascending" : "descending" },
  element("button", { type: "button", "data-sort": n, onclick: () => {
    sorted = [n, n === sorted[0] ? -sorted[1] : 1];
    showHead(); sortGrids();
  } }, headOf(n)))));
  if (focused) $(`#grids [data-sort=${focused}]`).focus();
}
