/* How many grids have how many households: bars cut at the classes of the standard sizes, coloured by the class of each grid;
   a click or a drag across bars chooses sizes. */
const MOST = 8;                                        /* bars below and above the band; the last one is open */
function binsOf(classes, step, fewest, most) {
  return classes.flatMap(({ key, first, last }, k) => {
    if (key === "empty") return fewest > 0 ? [] : [{ first: 0, last: 0, k }];
    if (key === "below") return steps(Math.max(1, Math.min(MOST, Math.ceil((last + 1 - fewest) / step))), (b) => ({
      first: last + 1 - (b + 1) * step, last: last - b * step, k }), (bin) => { bin.first = 1; }).reverse();
    if (last === null) return steps(Math.max(1, Math.min(MOST, Math.ceil((most + 1 - first) / step))), (b) => ({
      first: first + b * step, last: first + (b + 1) * step - 1, k }), (bin) => { bin.last = Infinity; });
    const n = Math.max(1, Math.round((last + 1 - first) / step)), at = (b) => first + Math.round(b * (last + 1 - first) / n);
    return steps(n, (b) => ({ first: at(b), last: at(b + 1) - 1, k }));
  });
}
function steps(n, make, open = () => {}) {
  const bins = Array.from({ length: n }, (_, b) => make(b));
  open(bins[n - 1]);
  return bins;
}
const bins = binsOf(meta.classes, Math.max(1, Math.round(meta.target / 30)), Math.min(...grids.households), Math.max(...grids.households));
const binOf = (households) => bins.findIndex((bin) => households <= bin.last);
const spanOf = ({ first, last }) => last === Infinity ? `≥ ${first}` : first <= 1 && last > 1 ? `≤ ${last}` : first === last ? `${first}` : `${first}–${last}`;
const inRange = (bin) => !filters.sizes || (bin.first >= filters.sizes[0] && bin.last <= filters.sizes[1]);
let barAt = Math.max(0, binOf(meta.target));

function showHistogram() {
  const inClass = bins.map(() => meta.classes.map(() => 0));
  grids.households.forEach((n, i) => { if (passesOthers(i)) inClass[binOf(n)][grids.class[i]] += 1; });
  const counts = inClass.map((some) => some.reduce((sum, n) => sum + n, 0)), highest = Math.max(1, ...counts), bars = $("#histogram .bars");
  if (!bars.children.length) bars.append(...bins.map((_, b) => element("button", { type: "button", onclick: (e) => { if (!e.detail) toggleBar(b); } })));
  [...bars.children].forEach((bar, b) => {
    const told = text.bar.replace("{span}", spanOf(bins[b])).replace("{count}", number(counts[b]));
    bar.title = told;
    bar.setAttribute("aria-label", told);
    bar.setAttribute("aria-pressed", String(Boolean(filters.sizes) && inRange(bins[b])));
    bar.tabIndex = b === barAt ? 0 : -1;
    bar.classList.toggle("out", !inRange(bins[b]));
    bar.replaceChildren(...inClass[b].map((n, k) => [n, k]).filter(([n]) => n).map(([n, k]) =>
      element("i", { style: `height:${Math.max(2, 100 * n / highest)}%;background:${meta.classes[k].colour}` })));
  });
  $("#histogram .most").textContent = number(highest);
  $("#histogram .axis").replaceChildren(...bins.map((bin, b) => [bin, b]).filter(([bin, b]) => b && bin.k !== bins[b - 1].k).map(([bin, b]) =>
    element("span", { style: `left:${100 * b / bins.length}%` }, bin.first)));
}
function chooseBars(a, b) {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  filters.sizes = [bins[low].first, bins[high].last];
  barAt = b;
  filter();
}
const isOnly = (b) => Boolean(filters.sizes) && bins[b].first === filters.sizes[0] && bins[b].last === filters.sizes[1];
function toggleBar(b) {
  if (isOnly(b)) { filters.sizes = null; barAt = b; filter(); } else chooseBars(b, b);
}
function listenToBars(bars) {
  let from = -1, again = false;
  const under = (e) => { const box = bars.getBoundingClientRect(); return Math.max(0, Math.min(bins.length - 1, Math.floor((e.clientX - box.left) / box.width * bins.length))); };
  bars.addEventListener("pointerdown", (e) => { from = under(e); again = isOnly(from); bars.setPointerCapture(e.pointerId); chooseBars(from, from); });
  bars.addEventListener("pointermove", (e) => { if (from >= 0 && under(e) !== barAt) { again = false; chooseBars(from, under(e)); } });
  bars.addEventListener("pointerup", () => { if (again) toggleBar(from); from = -1; });
  bars.addEventListener("pointercancel", () => { from = -1; });
  bars.addEventListener("keydown", (e) => {
    const to = { ArrowLeft: barAt - 1, ArrowRight: barAt + 1, Home: 0, End: bins.length - 1 }[e.key];
    if (e.key === "Escape" && filters.sizes) { filters.sizes = null; filter(); } else if (to === undefined || to < 0 || to >= bins.length) return;
    else if (e.shiftKey) chooseBars(filters.sizes ? [...bins.keys()].find((b) => inRange(bins[b]) && b !== barAt) ?? barAt : barAt, to);
    else { barAt = to; showHistogram(); }
    bars.children[barAt].focus();
    e.preventDefault(); e.stopPropagation();
  });
}
listenToBars($("#histogram .bars"));
