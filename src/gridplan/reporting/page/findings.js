/* What was found: listed, filtered by severity, with the way to its place, and counted for each grid. */
const notes = findings.map(([code, severity, subject, zh, en, place]) => ({ code, severity, subject, reason: { zh, en },
  place: place && [place[0], -place[1]] }));
for (const kind of ["error", "warning", "notice"]) shown[kind] = true;
const rank = { error: 0, warning: 1, notice: 2 };
notes.sort((a, b) => rank[a.severity] - rank[b.severity]);
const titleOf = (note) => text.codes[note.code].replaceAll("_", " ");
const gridOf = ({ subject, place }) => rowOf.has(subject) ? rowOf.get(subject) : place ? hit({ lng: place[0] / DM, lat: -place[1] / DM }) : -1;
const notesOf = grids.grid_code.map(() => []);
for (const note of notes) { const i = gridOf(note); if (i >= 0) notesOf[i].push(note); }
/* Findings of a grid that are shown, and forces that lack. */
const shownNotes = (i) => (notesOf[i] || []).filter((note) => shown[note.severity]);
const faultsOf = (i) => shownNotes(i).length + (forces.lack[i] || []).length / 2;

let listed = notes;
function goTo(note) {
  if (rowOf.has(note.subject)) select(rowOf.get(note.subject), true);
  else if (note.place) { const [x, y] = note.place; fit([x - 1500, y - 1500, x + 1500, y + 1500]); }
}
const findingList = list({
  owner: $("#findings .rows"), height: 66, count: () => listed.length,
  make(k) {
    const f = listed[k];
    return element("div", { class: f.place || rowOf.has(f.subject) ? "row" : "row still", role: "option", title: f.reason[language] },
      element("i", { class: `dot ${f.severity}` }), element("div", {}, element("b", {}, titleOf(f)), element("p", {}, f.reason[language])));
  },
  open: (k) => goTo(listed[k]),
});
function showFindings() {
  listed = notes.filter((f) => shown[f.severity]);
  if (!$("#findings .filters").children.length) $("#findings .filters").append(...Object.keys(rank).map((kind) => element("label", {},
    element("input", { type: "checkbox", checked: "", onchange: (e) => { shown[kind] = e.target.checked; showFindings(); filter(); } }),
    element("i", { class: `dot ${kind}` }), element("span"))));
  Object.keys(rank).forEach((kind, k) => {
    $("#findings .filters").children[k].lastChild.textContent = `${text.severity[kind]} ${number(notes.filter((f) => f.severity === kind).length)}`;
  });
  findingList.refresh();
}
