/* edits.json: what is edited or locked, for `gridplan partition --edits`. Grids that were edited or locked stay exactly as
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
