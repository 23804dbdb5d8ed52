/* Search by code, name, subdistrict, community, compound and building: the table and the map show the grids found. */
function search(box = null) {
  const wanted = $("#query").value.trim().toLowerCase(), has = (string) => string.toLowerCase().includes(wanted);
  filters.found = wanted ? new Set() : null;
  if (wanted) {
    const places = new Set(communities.community.map((name, k) => has(name) || has(communities.subdistrict[k]) ? k : -1));
    const named = new Set(units.compounds.map((name, k) => has(name) ? k : -1));
    grids.grid_code.forEach((code, i) => { if (has(code) || has(grids.name[i]) || places.has(grids.community[i])) filters.found.add(i); });
    units.building.forEach((name, u) => { if (units.grid[u] >= 0 && (named.has(units.compound[u]) || has(name))) filters.found.add(units.grid[u]); });
  }
  filter(box);
}
$("#query").addEventListener("input", () => { search(); openTab("grids"); });
$("#search").addEventListener("submit", (e) => {
  e.preventDefault();
  search();
  if (order.length === 1) select(order[0], true); else zoomTo();
});
$("#query").addEventListener("keydown", (e) => {
  if (e.key === "Escape") { e.target.value = ""; search(); chart.focus(); }
  else if (e.key === "ArrowDown") { openTab("grids"); $("#grids .table").focus(); e.preventDefault(); }
});
