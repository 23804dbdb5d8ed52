/* What was found: listed, filtered by severity, with the way to its place. */
const notes = findings.map(([code, severity, subject, zh, en, place]) => ({ code, severity, subject, reason: { zh, en },
  place: place && [place[0], -place[1]] }));
for (const kind of ["error", "warning", "notice"]) shown[kind] = true;
const rank = { error: 0, warning: 1, notice: 2 };
notes.sort((a, b) => rank[a.severity] - rank[b.severity]);
let listed = notes;
const findingList = list($("#findings .rows"), 66, () => listed.length, (k) => {
  const f = listed[k], title = text.codes[f.code].replaceAll("_", " ");
  const where = () => {
    if (rowOf.has(f.subject)) select(rowOf.get(f.subject), true);
    else if (f.place) { const [x, y] = f.place; fit([x - 1500, y - 1500, x + 1500, y + 1500]); }
  };
  return element("div", { class: f.place || rowOf.has(f.subject) ? "row" : "row still", title: f.reason[language], onclick: where },
    element("i", { class: `dot ${f.severity}` }), element("div", {}, element("b", {}, title),
      element("p", {}, f.reason[language])));
});
function showFindings() {
  listed = notes.filter((f) => shown[f.severity]);
  $("#findings .filters").replaceChildren(...Object.keys(rank).map((kind) => element("label", {}, element("input", { type: "checkbox",
    checked: shown[kind] ? "" : null, onchange: (e) => { shown[kind] = e.target.checked; showFindings(); sheets.labels.repaint(); } }),
  element("i", { class: `dot ${kind}`, style: "margin:0" }), `${text.severity[kind]} ${notes.filter((f) => f.severity === kind).length}`)));
  findingList.refresh();
}
