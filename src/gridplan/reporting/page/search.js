/* Search by code, name, building and compound: the table shows the grids found. */
function search() {
  const wanted = $("#query").value.trim().toLowerCase(), found = new Set();
  const has = (string) => string.toLowerCase().includes(wanted);
  if (wanted) {
    grids.grid_code.forEach((code, i) => { if (has(code) || has(grids.name[i])) found.add(i); });
    const named = new Set(units.compounds.map((name, k) => has(name) ? k : -1));
    units.building.forEach((name, u) => { if (units.grid[u] >= 0 && (has(name) || named.has(units.compound[u]))) found.add(units.grid[u]); });
  }
  $("#hits").textContent = wanted ? `${found.size} ${text.hits}` : "";
  order = grids.grid_code.map((_, i) => i).filter((i) => !wanted || found.has(i));
  sortGrids();
  return [...found];
}
$("#query").addEventListener("input", () => { search(); openTab("grids"); });
$("#search").addEventListener("submit", (e) => { e.preventDefault(); const found = search(); if (found.length) select(order[0], true); });
$("#query").addEventListener("keydown", (e) => { if (e.key === "Escape") { e.target.value = ""; search(); chart.focus(); } });
