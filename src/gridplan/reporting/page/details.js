/* The card of the grid that is selected or under the pointer. */
function compoundsOf(i) {
  const sums = new Map();
  for (const u of unitsOf[i]) {
    const name = units.compounds[units.compound[u]];
    if (name && units.households[u]) sums.set(name, (sums.get(name) || 0) + units.households[u]);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}
function showCard() {
  const i = hovered >= 0 ? hovered : selected, card = $("#card");
  card.hidden = i < 0;
  if (i < 0) return;
  const place = communities.community[grids.community[i]] || "", list = element("dl");
  const put = (name, value) => list.append(element("dt", {}, name), element("dd", {}, value));
  put(text.community, place);
  if (communities.subdistrict[grids.community[i]]) put(text.subdistrict, communities.subdistrict[grids.community[i]]);
  for (const name of ["residents", "compounds", "buildings", "key_places"]) put(text[name], number(grids[name][i]));
  const names = compoundsOf(i);
  if (names.length) put(text.compound_names, names.slice(0, 5).map(([n, h]) => `${n} ${h}`).join(text.comma) + (names.length > 5 ? " …" : ""));
  put(text.area_m2, `${number(grids.area_m2[i] / 10000, 2)} ha`);
  put(text.walk_m, `${number(grids.walk_m[i])} m`);
  put(text.compactness, number(grids.compactness[i], 2));
  for (const name of ["elderly_disabled", "minors", "floating", "mental"])
    put(text[name], grids[name][i] === null ? `< ${meta.min_count}` : number(grids[name][i]));
  put(text.valid_from, grids.valid_from[i]);
  card.replaceChildren(
    element("h2", {}, grids.name[i]), element("div", { class: "code" }, grids.grid_code[i]),
    element("div", { class: "size" }, element("i", { style: `background:${colourOf(i)}` }), element("b", {}, number(grids.households[i])),
      element("span", {}, `${text.basis[meta.basis]} · ${signed(deviation(i))}`)),
    ...(grids.cause[i] ? [element("div", { class: "cause" }, `${text.cause}${text.colon}${causeOf(i)}`)] : []), list);
}
