/* The details of the grid that is selected, and a tip for the one under the pointer. */
function compoundsOf(i) {
  const sums = new Map();
  for (const u of unitsOf[i]) {
    const name = units.compounds[units.compound[u]];
    if (name && units.households[u]) sums.set(name, (sums.get(name) || 0) + units.households[u]);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}
const sizeOf = (i) => element("div", { class: "size" }, element("i", { style: `background:${colourOf(i)}` }), element("b", {}, number(grids.households[i])),
  element("span", {}, `${text.basis[meta.basis]} · ${signed(deviation(i))}`));
const whereIs = (i) => [communities.subdistrict[grids.community[i]], communities.community[grids.community[i]]].filter(Boolean).join(" · ");
const terms = (rows, kind = "rows") => element("dl", { class: kind }, ...rows.map(([name, ...value]) =>
  element("div", {}, element("dt", {}, name), element("dd", {}, ...value))));
const section = (title, ...parts) => [element("h3", {}, title), ...parts];

function showDetails() {
  const i = selected, card = $("#card");
  card.hidden = i < 0;
  if (i < 0) return;
  const plain = (name) => [text[name], number(grids[name][i])], known = grids.load[i] !== undefined;
  const figures = [plain("residents"), plain("compounds"), plain("buildings"), plain("key_places"),
    [text.area_m2, `${number(grids.area_m2[i] / 10000, 2)} ha`], [text.walk_m, known ? `${number(grids.walk_m[i])} m` : "–"],
    [text.compactness, number(grids.compactness[i], 2)], ...(known && grids.load[i] !== grids.households[i] ? [plain("load")] : []), [text.valid_from, grids.valid_from[i] || "–"]];
  const names = compoundsOf(i);
  card.replaceChildren(
    element("button", { type: "button", class: "close", title: text.close, "aria-label": text.close, onclick: () => { select(-1); chart.focus(); } }, "×"),
    element("h2", {}, grids.name[i]), element("div", { class: "code" }, grids.grid_code[i]), element("div", { class: "code" }, whereIs(i)), sizeOf(i),
    ...(grids.cause[i] ? [element("div", { class: "cause" }, `${text.cause}${text.colon}${causeOf(i)}`)] : []),
    terms(figures, "tiles"),
    ...section(text.key_groups, terms(["elderly_disabled", "minors", "floating", "mental"].map((name) =>
      [text[name], grids[name][i] === null ? element("em", {}, text.hidden) : number(grids[name][i])]))),
    ...(names.length ? section(text.compound_names, terms(names.slice(0, 8).map(([name, n]) => [name, number(n)])), names.length > 8 ? "…" : "") : []),
    ...servedBy(i), ...(known ? whyOf(i) : []), ...foundIn(i));
}
function servedBy(i) {
  const titles = forces.titles[language], rows = titles.map((title) => [title, []]);
  const pairs = (flat = [], use) => { for (let k = 0; k < flat.length; k += 2) use(flat[k], flat[k + 1]); };
  pairs(forces.serve[i], (force, person) => rows[force][1].push(element("span", {}, forces.persons[person]),
    ...(forces.own.includes(person) ? [element("em", {}, aside(text.own_staff))] : [])));
  pairs(forces.lack[i], (force, count) => rows[force][1].push(element("strong", {}, text.lacking.replace("{count}", count))));
  const held = rows.filter(([, persons]) => persons.length).map(([title, persons]) => [title, ...persons]);
  return titles.length ? section(text.serves, held.length ? terms(held) : text.none) : [];
}
function foundIn(i) {
  const some = shownNotes(i);
  return some.length ? section(text.tab_findings, element("ul", {}, ...some.map((note) =>
    element("li", {}, element("i", { class: `dot ${note.severity}` }), element("span", { title: note.reason[language] }, note.reason[language]))))) : [];
}

function showTip() {
  const tip = $("#tip"), i = hovered === selected ? -1 : hovered;
  tip.hidden = i < 0;
  if (i < 0) return;
  tip.replaceChildren(element("b", {}, grids.name[i]), element("div", { class: "code" }, grids.grid_code[i]), sizeOf(i),
    ...(grids.cause[i] ? [element("div", { class: "cause" }, `${text.cause}${text.colon}${causeOf(i)}`)] : []),
    ...(faultsOf(i) ? [element("div", {}, `${text.tab_findings}${text.colon}${faultsOf(i)}`)] : []));
}
map.on("mousemove", ({ containerPoint: { x, y } }) => {
  const { x: wide, y: high } = map.getSize(), tip = $("#tip"), left = x + 16 + tip.offsetWidth > wide, up = y + 16 + tip.offsetHeight > high;
  tip.style.cssText = `left:${left ? x - 12 - tip.offsetWidth : x + 16}px;top:${up ? y - 12 - tip.offsetHeight : y + 16}px`;
});
function showCard() { showDetails(); showTip(); }
