/* The legend: classes of size with their counts, which can be hidden, and the layers. */
const classesSeen = (counts) => meta.classes.map((c, k) => [c, k]).filter(([c, k]) => counts[k] || c.key !== "empty");
const spanIn = (c) => meta.bands.length > 1 ? "" : c.span;   /* where sizes differ by profile, a class has no one span */
function showLegend() {
  const counts = meta.classes.map((_, k) => grids.class.filter((c) => c === k).length), legend = $("#legend"), focused = [...legend.querySelectorAll("button, input")].indexOf(document.activeElement);
  const rows = classesSeen(counts).map(([c, k]) =>
    element("button", { type: "button", "aria-pressed": String(!hiddenClasses.has(k)), onclick: () => {
      if (!hiddenClasses.delete(k)) hiddenClasses.add(k);
      showLegend(); filter();
    } },
    element("i", { style: `background:${c.colour}` }), element("span", {}, spanIn(c)), element("span", {}, text.classes[c.key]),
    element("b", {}, number(counts[k]))));
  const layers = Object.keys(text.layers).filter((name) => name !== "context" || Object.values(backdrop).some((b) => b.some));
  legend.replaceChildren(element("h2", {}, `${text.legend}${aside(`${text.target} ${meta.target}`)}`), ...rows,
    element("div", { class: "layers" }, ...layers.map((name) => element("label", {}, element("input", { type: "checkbox",
      checked: shown[name] ? "" : null, onchange: (e) => { shown[name] = e.target.checked; draw(); } }), text.layers[name]))));
  if (focused >= 0) legend.querySelectorAll("button, input")[focused].focus();
}
