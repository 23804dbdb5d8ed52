/* Which grids are listed and drawn in full: found by the search, of the classes and sizes chosen, with findings if asked. */
const filters = { found: null, sizes: null, faulty: false };
let passing = grids.grid_code.map(() => true), order = grids.grid_code.map((_, i) => i);

const exists = (i) => grids.class[i] >= 0;               /* a grid that was merged away does not */
const passesOthers = (i) => exists(i) && (!filters.found || filters.found.has(i)) && !hiddenClasses.has(grids.class[i]) && (!filters.faulty || faultsOf(i) > 0);
const ofSize = (i) => !filters.sizes || (grids.households[i] >= filters.sizes[0] && grids.households[i] <= filters.sizes[1]);

function filter(box = null) {
  passing = grids.grid_code.map((_, i) => ofSize(i) && passesOthers(i));
  order = passing.map((_, i) => i).filter((i) => passing[i]);
  sortGrids(); showHistogram(); showChosen(); draw(box);
}
function showChosen() {
  const all = grids.grid_code.map((_, i) => i).filter(exists), faulty = all.filter((i) => faultsOf(i)).length;
  $("#faulty b").textContent = number(faulty);
  $("#faulty input").checked = filters.faulty;
  $("#hits").textContent = text.listed.replace("{count}", number(order.length)).replace("{all}", number(all.length));
  for (const button of document.querySelectorAll("#chosen button")) button.disabled = order.length === all.length || (!order.length && button.id === "zoomto");
}
function showAll() {
  Object.assign(filters, { found: null, sizes: null, faulty: false });
  hiddenClasses.clear();
  $("#query").value = "";
  showLegend(); filter();
}
const zoomTo = () => { if (order.length) fit(join(order.map((i) => shapes[i].box))); };
$("#faulty input").addEventListener("change", (e) => { filters.faulty = e.target.checked; filter(); if (filters.faulty) zoomTo(); });
$("#zoomto").addEventListener("click", zoomTo);
$("#showall").addEventListener("click", () => { showAll(); fit(); });
