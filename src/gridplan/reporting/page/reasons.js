/* Why grids are as they are, of those that will be asked about: what weighs most, the best exchange with a neighbour. */
const fill = (template, values) => template.replace(/\{(\w+)[^}]*\}/g, (_, name) => values[name]);
function tellExchange([other, unit, moved, here, there, change]) {
  const kind = unit < 0 ? "unite" : moved > 0 ? "give" : "take";
  return fill(text.why[kind], { neighbour: grids.grid_code[other], unit: units.id[unit], households: Math.abs(moved), here, there, change });
}
function whyOf(i) {
  if (!data.reasons[i]) return [];
  const [binds, cost, whole, best, cure, excess] = data.reasons[i];
  const lines = [
    fill(text.why.weighs, { term: text.terms[binds], cost, whole }),
    ...(grids.cause[i] && !cure ? [text.why.incurable] : []),
    ...[grids.cause[i] && cure || best].filter(Boolean).map(tellExchange),
    excess === null ? text.why.unknown : excess ? fill(text.why.excess, { gap: percent(excess) }) : text.why.proven,
  ];
  return section(text.why.title, ...lines.map((line) => element("p", { class: "reason" }, line)));
}
