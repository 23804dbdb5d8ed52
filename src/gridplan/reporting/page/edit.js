/* The tab for editing. A mode says what a click on the map, or on the list below the buttons, does to the selected grid. */
let mode = "", aimed = -1;
const chosen = new Set();
const MODES = {
  move: { candidates: () => around(selected).filter((u) => state.owner[u] !== selected), row: unitRow, run: (u) => moveInto([u], selected) },
  merge: { candidates: () => [...new Set(around(selected).map((u) => state.owner[u]))], row: gridRow, run: (i) => moveInto(unitsOf[i].slice(), selected) },
  split: { candidates: () => unitsOf[selected], row: unitRow, run: choose, pressed: (u) => chosen.has(u) },
  pin: { candidates: () => unitsOf[selected], row: unitRow, run: pin, pressed: (u) => state.unit[u] },
};
const active = () => Boolean(mode) && selected >= 0 && !$("#edit").hidden;
const isHome = (u) => state.owner[u] === selected;

function around(i) {
  const beside = new Set(unitsOf[i].flatMap((u) => near[u]).filter((u) => state.owner[u] !== i && communityOf(u) === grids.community[i]));
  return [...beside];
}
function choose(u) {
  if (!isHome(u)) return text.edit_foreign;
  if (!chosen.delete(u)) chosen.add(u);
  showEditing(); sheets.marks.repaint();
  return "";
}
function pin(u) {
  if (!isHome(u)) return text.edit_foreign;
  toggle("unit", u);
  return "";
}
function run(target) { tell(MODES[mode].run(target), true); }

/* ---- on the map ---- */
function pick(latlng) {
  if (!active()) return false;
  const target = mode === "merge" ? hit(latlng) : unitAt(latlng);
  if (target >= 0 && !(mode === "merge" && target === selected) && !(mode === "move" && isHome(target))) run(target);
  return true;
}
function aim(latlng) {
  const now = latlng && active() && mode !== "merge" ? unitAt(latlng) : -1;
  if (now !== aimed) { aimed = now; sheets.marks.repaint(); }
}
function setMode(name) {
  mode = mode === name ? "" : name;
  chosen.clear(); aimed = -1;
  tell(""); showEditing(); sheets.marks.repaint();
}
function leaveMode() {
  if (!active()) return false;
  setMode(mode);
  return true;
}

/* ---- the tab ---- */
function tell(words, warning = false) {
  $("#said").textContent = words;
  $("#said").classList.toggle("warning", warning && Boolean(words));
}
/* Fill anew without losing the place of the keyboard and of the lists. */
function refill(holder, ...children) {
  const key = holder.contains(document.activeElement) && document.activeElement.dataset.key, top = holder.querySelector(".choices")?.scrollTop;
  holder.replaceChildren(...children);
  const choices = holder.querySelector(".choices");
  if (choices && top) choices.scrollTop = top;
  if (key) ([...holder.querySelectorAll("[data-key]")].find((e) => e.dataset.key === key) || choices?.firstChild || holder.querySelector("button"))?.focus();
}
function button(name, run, { enabled = true, pressed = null, words = text[`edit_${name}`] } = {}) {
  return element("button", { type: "button", "data-edit": name, "data-key": name, onclick: run, disabled: enabled ? null : "",
    "aria-pressed": pressed === null ? null : String(pressed) }, words);
}
function unitRow(u) {
  return [element("span", {}, [unitName(u), units.compounds[units.compound[u]]].filter(Boolean).join(" · ")),
    ...(isHome(u) ? [] : [element("span", {}, labelOf(state.owner[u]))]), element("b", {}, number(units.households[u]))];
}
function gridRow(i) {
  const sum = grids.households[i] + grids.households[selected];
  return [element("span", {}, labelOf(i)), element("span", {}, number(grids.households[i])), element("b", {}, `= ${number(sum)}`)];
}
const change = (i) => `${isNew(i) ? 0 : number(planned.column.households[i])} → ${number(grids.households[i])} (${signed(deviation(i))})`;
const isBelow = (i, column = grids) => column.households[i] < meta.bands[column.band[i]]?.lower;
const isAbove = (i, column = grids) => column.households[i] > meta.bands[column.band[i]]?.upper;
const outside = (column, some) => some.filter((i) => isBelow(i, column) || isAbove(i, column)).length;

function showTools() {
  const on = selected >= 0;
  refill($("#edit .tools"), element("h3", {}, on ? labelOf(selected) : text.edit_select, element("span", {}, on ? change(selected) : "")),
    element("div", { class: "buttons" }, ...Object.keys(MODES).map((name) => button(name, () => setMode(name), { enabled: on, pressed: on && mode === name })),
      button("lock", () => toggle("grid", selected), { enabled: on, pressed: on && state.grid[selected] })));
}
function showTask() {
  if (!mode || selected < 0) { refill($("#edit .task")); return; }
  const { candidates, row, pressed } = MODES[mode];
  const rows = candidates().sort((a, b) => a - b).map((target) => element("button", { type: "button", "data-key": `${mode}${target}`,
    "aria-pressed": pressed ? String(pressed(target)) : null, onclick: () => run(target) }, ...row(target)));
  const some = [...chosen], words = say("edit_split_off", { count: some.length, households: number(total(some, "households")) });
  refill($("#edit .task"), element("p", {}, text[`edit_${mode}_hint`]), element("div", { class: "choices" }, ...rows),
    ...(mode === "split" ? [button("split_off", finishSplit, { enabled: some.length > 0, words })] : []));
}
function finishSplit() {
  const why = splitOff([...chosen], selected);
  if (!why) { mode = ""; chosen.clear(); select(state.owner[past.at(-1)[0].at]); }
  tell(why, true);
}
function remarks(i) {
  const pins = unitsOf[i].filter((u) => state.unit[u]).length, parts = pieces(i);
  const told = [isNew(i) && text.edit_made, !parts && text.edit_gone, state.grid[i] && text.edit_locked, pins && say("edit_pins", { count: pins })];
  const warned = [parts > 1 && say("edit_torn", { count: parts }), parts && isBelow(i) && text.classes.below, parts && isAbove(i) && text.classes.above];
  return [told, warned].map((some) => some.filter(Boolean).join(text.comma));
}
function showEdited() {
  const handedOn = Object.values(settled.others).flat().length;
  const pinned = new Set(units.id.map((_, u) => u).filter((u) => state.unit[u]).map((u) => state.owner[u]));
  const listed = strangers.map((_, i) => i).filter((i) => (isNew(i) ? unitsOf[i].length : isTouched(i) || state.grid[i]) || pinned.has(i));
  const rows = listed.map((i) => {
    const [told, warned] = remarks(i);
    return element("button", { type: "button", "data-key": `grid${i}`, "aria-current": String(i === selected), disabled: exists(i) ? null : "",
      onclick: () => select(i, true) }, element("i", { style: exists(i) ? `background:${colourOf(i)}` : "" }), element("b", {}, labelOf(i)),
    element("span", {}, change(i)), element("em", {}, told, told && warned ? text.comma : "", element("strong", {}, warned)));
  });
  const before = planned.column.grid_code.map((_, i) => i), now = strangers.map((_, i) => i).filter(exists);
  const sums = say("edit_total", { before: before.length, after: now.length, out_before: outside(planned.column, before), out_after: outside(grids, now) });
  refill($("#edit .edited"), element("h3", {}, text.edit_list, element("span", {}, sums)), ...(rows.length ? rows : [element("p", {}, text.edit_none)]),
    ...(rows.length ? [element("p", {}, text.edit_marks)] : []), ...(handedOn ? [element("p", {}, say("edit_handed_on", { count: handedOn }))] : []));
}
function showEditing() {
  showTools(); showTask(); showEdited();
  refill($("#edit .foot"), button("undo", undo, { enabled: past.length > 0 }), button("redo", redo, { enabled: future.length > 0 }),
    button("open", () => $("#open").click()), button("export", exportEdits, { enabled: editsOf().grids.length > 0 }));
}
/* After every step; locks alone leave all counts as they are. */
function showChange(counted, box) {
  unsaved = editsOf().grids.length > 0;
  if (hovered >= 0 && !exists(hovered)) hovered = -1;
  if (selected >= 0 && !exists(selected)) selected = -1;
  for (const u of chosen) if (!isHome(u)) chosen.delete(u);
  tell(""); showEditing();
  if (counted) { search(box); showLegend(); showCard(); } else draw(box);
}
$("#open").addEventListener("change", async (e) => {
  if (e.target.files.length) await openEdits(e.target.files[0]);
  e.target.value = "";
});
document.addEventListener("keydown", (e) => {
  if (!(e.ctrlKey || e.metaKey) || e.target.matches("input") || !["z", "y"].includes(e.key.toLowerCase())) return;
  if (e.key.toLowerCase() === "y" || e.shiftKey) redo(); else undo();
  e.preventDefault();
});
