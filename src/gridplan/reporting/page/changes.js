/* What the planner changes: the grid of each unit, locked grids and locked units. A step is a list of changes and can be
   taken back; grids that a step touches are counted anew at once. */
const planned = { n: grids.grid_code.length, owner: units.grid.slice(), shape: shapes.slice(),
  column: Object.fromEntries(Object.entries(grids).map(([name, column]) => [name, column.slice()])) };
const state = { owner: units.grid, grid: grids.grid_code.map(() => false), unit: units.id.map(() => false) };
const strangers = grids.grid_code.map(() => 0);        /* units that came into or left each grid */
const past = [], future = [];
/* What was settled when this plan was made is settled still, unless it is unlocked here. */
for (const { units: some, only } of settled.grids) {
  if (state.owner[some[0]] < 0) continue;
  if (only) state.grid[state.owner[some[0]]] = true; else for (const u of some) state.unit[u] = true;
}
const near = units.id.map(() => []);
for (let k = 0; k < units.edges.length; k += 2) {
  const [a, b] = [units.edges[k], units.edges[k + 1]];
  near[a].push(b); near[b].push(a);
}
const MEASURED = ["load", "walk_m", "compactness", "elderly_disabled", "minors", "floating", "mental", "key_places"];

const isNew = (i) => i >= planned.n;
const isTouched = (i) => isNew(i) || strangers[i] > 0;
const touchedGrids = () => strangers.map((_, i) => i).filter((i) => isNew(i) ? unitsOf[i].length : strangers[i] > 0);
const editedGrids = () => strangers.map((_, i) => i).filter((i) => unitsOf[i].length && (isTouched(i) || state.grid[i]));
const communityOf = (u) => planned.column.community[planned.owner[u]];
const total = (some, name) => some.reduce((sum, u) => sum + units[name][u], 0);

/* ---- steps ---- */
function take(changes) { past.push(changes); future.length = 0; perform(changes, false); }
function undo() { if (past.length) { future.push(past.pop()); perform(future.at(-1), true); } }
function redo() { if (future.length) { past.push(future.pop()); perform(past.at(-1), false); } }
function perform(changes, back) {
  const touched = new Set(), boxes = () => [...touched].map((i) => shapes[i].box);
  for (const { what, at, from, to } of changes) {
    const value = back ? from : to;
    if (what === "owner") { touched.add(from).add(to); moveUnit(at, value); }
    else state[what][at] = value;
  }
  const before = boxes();
  touched.forEach(recount);
  showChange(touched.size > 0, join([...before, ...boxes()]));
}
function moveUnit(u, to) {
  const from = state.owner[u], home = planned.owner[u];
  const count = (grid, n) => { if (grid !== home) { strangers[grid] += n; strangers[home] += n; } };
  count(from, -1); count(to, 1);
  unitsOf[from].splice(unitsOf[from].indexOf(u), 1); unitsOf[to].push(u);
  state.owner[u] = to;
}
function recount(i) {
  anchors[i] = undefined;
  if (!isTouched(i)) {
    for (const name of Object.keys(planned.column)) grids[name][i] = planned.column[name][i];
    shapes[i] = planned.shape[i];
    return;
  }
  const some = unitsOf[i], lived = some.filter((u) => units.households[u] && units.compounds[units.compound[u]]);
  for (const name of MEASURED) grids[name][i] = undefined;   /* known again when the plan is made anew */
  grids.valid_from[i] = "–";
  for (const [name, of] of [["households", "households"], ["residents", "residents"], ["area_m2", "area"]]) grids[name][i] = total(some, of);
  grids.buildings[i] = new Set(some.flatMap((u) => units.houses[u])).size;
  grids.compounds[i] = new Set(lived.map((u) => units.compound[u])).size;
  if (isNew(i) && some.length) grids.band[i] = planned.column.band[planned.owner[some[0]]];
  grids.class[i] = some.length ? classNow(i) : -1;
  grids.cause[i] = "";
  if (some.length) grids.community[i] = communityOf(some[0]);
  shapes[i] = trace(unite(some));
}
function classNow(i) {
  const end = bandOf(i)?.ends.find(([, last]) => last === null || grids.households[i] <= last);
  return end ? end[0] : 0;
}
function pieces(i) {
  const left = new Set(unitsOf[i]);
  let n = 0;
  for (const first of left) {
    n++;
    for (const open = [first]; open.length;) for (const v of near[open.pop()]) if (left.delete(v)) open.push(v);
    left.delete(first);
  }
  return n;
}

/* ---- what may be done; each gives the reason why not, or nothing ---- */
const lockedIn = (some) => some.find((u) => state.unit[u]);
const say = (key, words) => Object.entries(words).reduce((told, [name, value]) => told.replace(`{${name}}`, value), text[key]);
const unitName = (u) => units.building[u] || `${text.edit_land} ${units.id[u]}`;
function refusal(some, to) {
  const closed = [to, ...some.map((u) => state.owner[u])].find((i) => state.grid[i]), pin = lockedIn(some);
  if (some.some((u) => communityOf(u) !== grids.community[to])) return text.edit_outside;
  if (closed !== undefined) return say("edit_kept", { name: labelOf(closed) });
  return pin === undefined ? "" : say("edit_pinned", { name: unitName(pin) });
}
const moves = (some, to) => some.map((u) => ({ what: "owner", at: u, from: state.owner[u], to }));
function moveInto(some, to) {
  const why = refusal(some, to);
  if (!why) take(moves(some, to));
  return why;
}
function splitOff(some, from) {
  const why = some.length < unitsOf[from].length ? refusal(some, from) : text.edit_whole;
  if (!why) take(moves(some, emptyGrid(from)));
  return why;
}
const toggle = (what, at) => take([{ what, at, from: state[what][at], to: !state[what][at] }]);
/* A row for a new grid: one that is empty again and not promised to others, or one more. */
function emptyGrid(beside, promised = []) {
  let i = unitsOf.findIndex((some, k) => isNew(k) && !some.length && !promised.includes(k));
  if (i < 0) {
    i = unitsOf.push([]) - 1;
    for (const column of Object.values(grids)) column.push(undefined);
    strangers.push(0); state.grid.push(false); shapes.push(trace([]));
    nameNew(i);
  }
  grids.community[i] = grids.community[beside];
  return i;
}
const nameNew = (i) => { grids.name[i] = grids.grid_code[i] = say("edit_new", { count: i - planned.n + 1 }); };
const nameAllNew = () => unitsOf.forEach((_, i) => { if (isNew(i)) nameNew(i); });
