/* edits.json, written and read again: what is edited or locked, for `gridplan partition --edits`. Grids that were edited or locked stay exactly as
   drawn; in the others, locked buildings stay together in the grid of their code. Other settings of this plan go along. */
function editsOf() {
  const ids = (some) => some.map((u) => units.id[u]).sort(), code = (i) => isNew(i) ? "" : grids.grid_code[i], whole = editedGrids();
  const pinned = new Map();
  state.unit.forEach((locked, u) => {
    const i = state.owner[u];
    if (locked && !whole.includes(i)) pinned.set(i, [...(pinned.get(i) || []), u]);
  });
  return { format: "gridplan-edits/1", plan: { created: meta.created, version: meta.version }, grids: [
    ...whole.map((i) => ({ code: code(i), units: ids(unitsOf[i]), only: true })),
    ...[...pinned].map(([i, some]) => ({ code: code(i), units: ids(some) })),
  ], ...settled.others };
}
const tornGrids = () => editedGrids().filter((i) => pieces(i) > 1);
let unsaved = false;
function exportEdits() {
  const edits = editsOf(), torn = tornGrids();
  const link = element("a", { download: "edits.json", href: URL.createObjectURL(new Blob([JSON.stringify(edits, null, 1)], { type: "application/json" })) });
  link.click();
  URL.revokeObjectURL(link.href);
  unsaved = false;
  tell([say("edit_exported", { count: edits.grids.length }), torn.length ? say("edit_refused", { names: torn.map(labelOf).join(text.comma) }) : ""]
    .filter(Boolean).join(" "), torn.length > 0);
}
addEventListener("beforeunload", (e) => { if (unsaved) e.preventDefault(); });

/* A file that was exported before goes on as one step, which can be taken back. */
async function openEdits(file) {
  let edits;
  try { edits = JSON.parse(await file.text()); } catch { edits = {}; }
  if (edits.format !== "gridplan-edits/1") { tell(text.edit_unreadable, true); return; }
  const found = (edits.grids || []).map((grid) => ({ ...grid, some: grid.units.map((id) => rowOfUnit.get(id)) }));
  const lost = found.flatMap((grid) => grid.units.filter((_, k) => grid.some[k] === undefined));
  if (lost.length) { tell(say("edit_lost", { count: lost.length }), true); return; }
  const changes = changesOf(found);
  Object.assign(settled.others, Object.fromEntries(["together", "apart", "open", "close", "exclude"].filter((key) => edits[key]?.length).map((key) => [key, edits[key]])));
  if (changes.length) take(changes); else showEditing();
  tell(say("edit_opened", { count: found.length }));
}
const rowOfUnit = new Map(units.id.map((id, u) => [id, u]));
function changesOf(entries) {
  const promised = [], set = (what, at, to) => ({ what, at, from: state[what][at], to });
  return entries.flatMap(({ code, some, only }) => {
    if (!only) return some.filter((u) => !state.unit[u]).map((u) => set("unit", u, true));
    const to = rowOf.get(code) ?? emptyGrid(state.owner[some[0]], promised), coming = some.filter((u) => state.owner[u] !== to);
    promised.push(to);
    const asItIs = !coming.length && some.length === unitsOf[to].length;
    return asItIs ? [to].filter((i) => !state.grid[i]).map((i) => set("grid", i, true)) : coming.map((u) => set("owner", u, to));
  });
}
