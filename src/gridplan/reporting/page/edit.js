/* ---- editing: buildings move between grids of a community; the steps can be taken back; edits.json hands them over ---- */
const owner = units.grid.concat(units.rest), before = owner.slice();
const near = units.id.map(() => []);
for (let k = 0; k < units.edges.length; k += 2) { near[units.edges[k]].push(units.edges[k + 1]); near[units.edges[k + 1]].push(units.edges[k]); }
const kept = new Set(), planned = grids.households.slice(), past = [], future = [];
let moving = false, warned = "";
const members = (i) => owner.map((_, u) => u).filter((u) => owner[u] === i);
const edited = () => [...new Set([...kept, ...touched()])].sort((a, b) => a - b);
function touched() {
  const some = new Set();
  owner.forEach((grid, u) => { if (grid !== before[u]) { some.add(grid); some.add(before[u]); } });
  some.delete(-1);
  return some;
}
function inOnePiece(i) {
  const all = new Set(members(i)), open = [...all].slice(0, 1), seen = new Set(open);
  while (open.length) for (const v of near[open.pop()]) if (all.has(v) && !seen.has(v)) { seen.add(v); open.push(v); }
  return seen.size === all.size;
}
function apply({ unit, from, to, lock }) {
  if (lock !== undefined) { if (kept.has(lock)) kept.delete(lock); else kept.add(lock); return; }
  owner[unit] = to;
  if (unit >= units.grid.length) return;
  units.grid[unit] = to;
  unitsOf[from].splice(unitsOf[from].indexOf(unit), 1); unitsOf[to].push(unit);
  const n = units.households[unit];
  for (const [grid, change] of [[from, -n], [to, n]]) {
    grids.households[grid] += change;
    grids.class[grid] = meta.classes.findIndex((c) => c.last === null || grids.households[grid] <= c.last);
  }
}
function take(step) { apply(step); past.push(step); future.length = 0; showChange(); }
function back() { const s = past.pop(); if (s) { apply({ ...s, from: s.to, to: s.from }); future.push(s); showChange(); } }
function again() { const s = future.pop(); if (s) { apply(s); past.push(s); showChange(); } }
function showChange() { warned = ""; sortGrids(); showLegend(); showCard(); showEditing(); draw(); }
function pick({ lat, lng }) {
  if (!moving || selected < 0) return false;
  const reach = 12 * DM / map.options.crs.scale(map.getZoom());
  let best = -1, least = reach ** 2;
  for (let u = 0; u < units.grid.length; u++) {
    const far = (spots[2 * u] - lng * DM) ** 2 + (spots[2 * u + 1] + lat * DM) ** 2;
    if (far < least && units.grid[u] >= 0) { best = u; least = far; }
  }
  if (best >= 0) moveTo(best, selected);
  return true;
}
function moveTo(unit, to) {
  const from = owner[unit];
  if (from === to) return;
  warned = grids.community[from] !== grids.community[to] ? text.edit_outside : kept.has(from) || kept.has(to) ? text.edit_kept : "";
  if (warned) showEditing(); else take({ unit, from, to });
}
function editsOf() {
  const ids = (i) => members(i).map((u) => units.id[u]).sort();
  return { format: "gridplan-edits/1", plan: { created: meta.created, version: meta.version },
    grids: edited().filter((i) => members(i).length).map((i) => ({ code: grids.grid_code[i], units: ids(i), only: true })) };
}
function exportEdits() {
  const link = element("a", { download: "edits.json", href: URL.createObjectURL(new Blob([JSON.stringify(editsOf(), null, 1)], { type: "application/json" })) });
  link.click();
  URL.revokeObjectURL(link.href);
}
function showEditing() {
  const button = (name, run, on, pressed = null) => element("button", { type: "button", "data-edit": name, onclick: run,
    disabled: on ? null : "", "aria-pressed": pressed }, text[`edit_${name}`]);
  const broken = selected >= 0 && !inOnePiece(selected);
  const state = selected < 0 ? "" : `${grids.grid_code[selected]} · ${planned[selected]} → ${grids.households[selected]} (${signed(deviation(selected))})`;
  $("#editing").replaceChildren(
    button("move", () => { moving = !moving; showEditing(); }, selected >= 0, String(moving)),
    button("lock", () => take({ lock: selected }), selected >= 0, String(kept.has(selected))),
    button("undo", back, past.length), button("redo", again, future.length), button("export", exportEdits, edited().length),
    element("output", { role: "status" }, [state, broken ? text.edit_apart : "", warned].filter(Boolean).join(" · ")));
}
