/* The map, the tables and the words of plan.html. Data text reaches the page through textContent alone. */
const data = JSON.parse(document.getElementById("data").textContent);
const { meta, grids, units, communities, findings, context } = data;
const $ = (selector) => document.querySelector(selector);
const TEXTS = data.words;
let language = { "#en": "en", "#zh": "zh" }[location.hash] || meta.language;
let text = TEXTS[language];

/* ---- numbers and small helpers ---- */
const aside = (words) => text.aside.replace("{words}", words);
const number = (value, digits = 0) => value === null || value === undefined ? "–"
  : Number(value).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = (share) => `${number(100 * share, Math.abs(share) < 0.0995 && share ? 1 : 0)}%`;
const signed = (share) => { const n = Math.round(100 * share); return `${n > 0 ? "+" : n < 0 ? "−" : ""}${Math.abs(n)}%`; };
const deviation = (i) => (grids.households[i] - meta.target) / meta.target;
const colourOf = (i) => meta.classes[grids.class[i]].colour;
const rowOf = new Map(grids.grid_code.map((code, i) => [code, i]));
const causeOf = (code) => { const cause = grids.cause[rowOf.get(code)] || "–"; return text.causes[cause] || cause; };
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") made.style.cssText = value;
    else if (value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.map((child) => typeof child === "number" ? String(child) : child));
  return made;
}

/* ---- geometry: decimetres from meta.origin, y to the north ---- */
function decode(string) {
  const values = [];
  let x = 0, y = 0, i = 0;
  const next = () => {
    let value = 0, shift = 0, chunk;
    do { chunk = string.charCodeAt(i++) - 63; value += (chunk & 31) * 2 ** shift; shift += 5; } while (chunk & 32);
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  while (i < string.length) { x += next(); y += next(); values.push(x, y); }
  return values;
}
function outline(strings, closed = true) {
  const path = new Path2D(), box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const string of strings) {
    const points = decode(string);
    for (let k = 0; k < points.length; k += 2) {
      const x = points[k], y = -points[k + 1];
      if (k) path.lineTo(x, y); else path.moveTo(x, y);
      if (x < box[0]) box[0] = x; if (x > box[2]) box[2] = x;
      if (y < box[1]) box[1] = y; if (y > box[3]) box[3] = y;
    }
    if (closed) path.closePath();
  }
  return { path, box };
}
const shapes = grids.shape.map((s) => outline(s));
const areas = communities.shape.map((s) => outline(s));
const backdrop = Object.fromEntries(Object.entries(context).map(([kind, [lines, polygons]]) =>
  [kind, { lines: outline(lines, false).path, areas: outline(polygons).path, some: lines.length + polygons.length }]));
const spots = decode(units.at);
const all = areas.concat(shapes).reduce((b, { box }) => [Math.min(b[0], box[0]), Math.min(b[1], box[1]), Math.max(b[2], box[2]),
  Math.max(b[3], box[3])], [Infinity, Infinity, -Infinity, -Infinity]);
const unitsOf = grids.grid_code.map(() => []);
units.grid.forEach((grid, u) => { if (grid >= 0) unitsOf[grid].push(u); });

/* ---- the map ---- */
const canvas = $("#canvas"), pen = canvas.getContext("2d");
const view = { scale: 1, x: 0, y: 0 };                 /* screen = world * scale + (x, y), in CSS pixels */
const shown = { units: true, context: true, labels: true, findings: true };
const hiddenClasses = new Set();
let selected = -1, hovered = -1, waiting = false, width = 0, height = 0, ratio = 1;
const draw = () => { if (!waiting) { waiting = true; requestAnimationFrame(paint); } };
const visible = (box) => box[0] * view.scale + view.x < width && box[2] * view.scale + view.x > 0
  && box[1] * view.scale + view.y < height && box[3] * view.scale + view.y > 0;

function paint() {
  waiting = false;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  pen.lineJoin = "round";
  const px = 1 / view.scale;
  if (shown.context) fillContext("road", "railway");
  const inView = shapes.map((s, i) => i).filter((i) => visible(shapes[i].box));
  for (const i of inView) {
    pen.globalAlpha = hiddenClasses.has(grids.class[i]) ? 0.06 : 0.82;
    pen.fillStyle = colourOf(i);
    pen.fill(shapes[i].path, "evenodd");
  }
  pen.globalAlpha = 0.8;
  if (shown.context) fillContext("water");
  pen.globalAlpha = 1;
  if (shown.context) strokeContext(px);
  pen.strokeStyle = "#4c5966"; pen.lineWidth = (view.scale < 0.01 ? 0.4 : 0.9) * px;
  for (const i of inView) pen.stroke(shapes[i].path);
  pen.strokeStyle = "#111a24"; pen.lineWidth = 2.2 * px;
  for (const { path, box } of areas) if (visible(box)) pen.stroke(path);
  if (shown.units && view.scale > 0.035) paintUnits(px);
  for (const [i, colour, line] of [[hovered, "#111a24", 2.6], [selected, "#e6007e", 4]]) {
    if (i >= 0) { pen.strokeStyle = colour; pen.lineWidth = line * px; pen.stroke(shapes[i].path); }
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (shown.labels) paintLabels(inView);
  if (shown.findings) paintFindings();
  paintScale();
}
function fillContext(...kinds) {
  for (const kind of kinds) {
    pen.fillStyle = { water: "#a9cfea", road: "#e4e4e4", railway: "#d8d8d8" }[kind];
    pen.fill(backdrop[kind].areas, "evenodd");
  }
}
function strokeContext(px) {
  const styles = [["water", "#5aa0d2", 1.6, []], ["road", "#8b8b8b", 1.1, []], ["railway", "#303030", 1.8, [6, 4]]];
  for (const [kind, colour, line, dash] of styles) {
    pen.strokeStyle = colour; pen.lineWidth = line * px; pen.setLineDash(dash.map((d) => d * px));
    pen.stroke(backdrop[kind].lines);
  }
  pen.setLineDash([]);
}
function paintUnits(px) {
  pen.fillStyle = "#22303dcc";
  for (let u = 0; u < units.grid.length; u++) {
    const x = spots[2 * u], y = -spots[2 * u + 1];
    if (!visible([x, y, x, y])) continue;
    const r = Math.min(60, 9 + 2.2 * Math.sqrt(units.households[u]));
    pen.globalAlpha = units.households[u] ? 0.75 : 0.25;
    pen.beginPath(); pen.arc(x, y, Math.max(r, 1.2 * px), 0, 7); pen.fill();
  }
  pen.globalAlpha = 1;
}
function paintLabels(inView) {
  pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineWidth = 3; pen.strokeStyle = "#ffffffe6"; pen.fillStyle = "#1d2733";
  const taken = [];
  const put = (string, x, y, size, weight) => {
    pen.font = `${weight} ${size}px "Microsoft YaHei","PingFang SC","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif`;
    const half = pen.measureText(string).width / 2, box = [x - half, y - size / 2, x + half, y + size / 2];
    if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return;
    taken.push(box); pen.strokeText(string, x, y); pen.fillText(string, x, y);
  };
  areas.forEach(({ box }, i) => {
    const wide = (box[2] - box[0]) * view.scale;
    if (areas.length > 1 && visible(box) && wide > 70 && wide < 900) put(communities.community[i], (box[0] + box[2]) / 2 * view.scale + view.x,
      (box[1] + box[3]) / 2 * view.scale + view.y, 13, "600");
  });
  for (const i of inView) {
    const box = shapes[i].box;
    if ((box[2] - box[0]) * view.scale < 46 || (box[3] - box[1]) * view.scale < 26) continue;
    const [x, y] = middle(i);
    put(`${grids.grid_code[i].slice(12)} · ${grids.households[i]}`, x * view.scale + view.x, y * view.scale + view.y, 11.5, "400");
  }
}
function middle(i) {
  const box = shapes[i].box;
  let x = 0, y = 0;
  for (const u of unitsOf[i]) { x += spots[2 * u]; y -= spots[2 * u + 1]; }
  return unitsOf[i].length ? [x / unitsOf[i].length, y / unitsOf[i].length] : [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}
function paintFindings() {
  const far = view.scale < 0.02, crowded = far && notes.length > 100;
  for (const f of notes) {
    if (!f.place || !shown[f.severity] || far && f.severity === "notice" || crowded && f.severity === "warning") continue;
    const x = f.place[0] * view.scale + view.x, y = -f.place[1] * view.scale + view.y;
    if (x < 0 || y < 0 || x > width || y > height) continue;
    const r = far ? 3 : 5.5;
    pen.beginPath();
    if (f.severity === "notice") pen.arc(x, y, r - 1.5, 0, 7);
    else if (f.severity === "warning") { pen.moveTo(x, y - r); pen.lineTo(x + r, y); pen.lineTo(x, y + r); pen.lineTo(x - r, y); }
    else { pen.moveTo(x, y - r - 2); pen.lineTo(x + r + 2, y + r); pen.lineTo(x - r - 2, y + r); }
    pen.closePath();
    pen.fillStyle = { error: "#000", warning: "#fff", notice: "#bdbdbd" }[f.severity];
    pen.strokeStyle = f.severity === "error" ? "#fff" : "#1d2733"; pen.lineWidth = 1.3;
    pen.fill(); pen.stroke();
  }
}
function paintScale() {
  const metre = 10 * view.scale, steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
  const step = steps.filter((s) => s * metre < 150).pop() || 1;
  $("#scale span").textContent = step < 1000 ? `${step} m` : `${step / 1000} km`;
  $("#scale i").style.width = `${step * metre}px`;
}

/* ---- moving about ---- */
function fit(box = all) {
  const margin = 0.06, w = Math.max(box[2] - box[0], 200), h = Math.max(box[3] - box[1], 200);
  const left = width > 700 ? 300 : 0;                  /* the card and the legend stand there */
  view.scale = Math.min((width - left) / w, height / h) * (1 - margin);
  view.x = (width + left - (box[0] + box[2]) * view.scale) / 2;
  view.y = (height - (box[1] + box[3]) * view.scale) / 2;
  draw();
}
function zoom(factor, x = width / 2, y = height / 2) {
  const scale = Math.min(Math.max(view.scale * factor, 0.0005), 5), f = scale / view.scale;
  view.x = x - (x - view.x) * f; view.y = y - (y - view.y) * f; view.scale = scale;
  draw();
}
function hit(x, y) {
  const wx = (x - view.x) / view.scale, wy = (y - view.y) / view.scale;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  return shapes.findIndex(({ path, box }) => wx >= box[0] && wx <= box[2] && wy >= box[1] && wy <= box[3]
    && pen.isPointInPath(path, wx, wy, "evenodd"));
}
function select(i, move = false) {
  selected = i;
  if (i >= 0 && move) {
    const [x0, y0, x1, y1] = shapes[i].box, w = (x1 - x0) * 1.6, h = (y1 - y0) * 1.6;
    fit([x0 - w, y0 - h, x1 + w, y1 + h]);
  }
  showCard(); showEditing(); gridList.refresh(i >= 0 ? order.indexOf(i) : -1); draw();
}
const pointers = new Map();
let pressed = null;
canvas.addEventListener("pointerdown", (e) => {
  canvas.setPointerCapture(e.pointerId); pointers.set(e.pointerId, [e.offsetX, e.offsetY]); pressed = [e.offsetX, e.offsetY];
});
canvas.addEventListener("pointermove", (e) => {
  const before = pointers.get(e.pointerId);
  if (!before) { hover(hit(e.offsetX, e.offsetY)); return; }
  const others = [...pointers].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
  pointers.set(e.pointerId, [e.offsetX, e.offsetY]);
  if (others.length) {
    const [o] = others, far = (p) => Math.hypot(p[0] - o[0], p[1] - o[1]) || 1;
    zoom(far([e.offsetX, e.offsetY]) / far(before), (o[0] + e.offsetX) / 2, (o[1] + e.offsetY) / 2);
    pressed = null;
    return;
  }
  if (pressed && Math.hypot(e.offsetX - pressed[0], e.offsetY - pressed[1]) < 4) return;
  pressed = null; canvas.classList.add("dragging");
  view.x += e.offsetX - before[0]; view.y += e.offsetY - before[1];
  draw();
});
for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (e) => {
  pointers.delete(e.pointerId); canvas.classList.remove("dragging");
  if (pressed && name === "pointerup" && !pick(e.offsetX, e.offsetY)) select(hit(e.offsetX, e.offsetY));
  pressed = null;
});
canvas.addEventListener("pointerleave", () => hover(-1));
canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(2 ** (-e.deltaY / 300), e.offsetX, e.offsetY); }, { passive: false });
canvas.addEventListener("dblclick", (e) => zoom(2, e.offsetX, e.offsetY));
function hover(i) {
  canvas.classList.toggle("over", i >= 0);
  if (i !== hovered) { hovered = i; showCard(); draw(); }
}
document.addEventListener("keydown", (e) => {
  if (e.target === $("#query")) { if (e.key === "Escape") { e.target.value = ""; search(); canvas.focus(); } return; }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const moves = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
  const keys = { "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), "0": () => fit(), Escape: () => select(-1),
    "/": () => $("#query").focus() };
  if (moves[e.key] && document.activeElement === canvas) { view.x += moves[e.key][0]; view.y += moves[e.key][1]; draw(); }
  else if (keys[e.key]) keys[e.key]();
  else return;
  e.preventDefault();
});
$("#zoom").addEventListener("click", (e) => { const f = Number(e.target.dataset.zoom); if (f) zoom(f); else fit(); });

/* ---- card and legend ---- */
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
    ...(grids.cause[i] ? [element("div", { class: "cause" }, `${text.cause}${text.colon}${causeOf(grids.grid_code[i])}`)] : []), list);
}
function showLegend() {
  const counts = meta.classes.map((_, k) => grids.class.filter((c) => c === k).length);
  const rows = meta.classes.map((c, k) => [c, k]).filter(([c, k]) => counts[k] || c.key !== "empty").map(([c, k]) =>
    element("button", { type: "button", "aria-pressed": String(!hiddenClasses.has(k)), onclick: () => {
      if (!hiddenClasses.delete(k)) hiddenClasses.add(k); showLegend(); draw(); } },
    element("i", { style: `background:${c.colour}` }), element("span", {}, c.span), element("span", {}, text.classes[c.key]),
    element("b", {}, number(counts[k]))));
  const layers = Object.keys(text.layers).filter((name) => name !== "context" || Object.values(backdrop).some((b) => b.some));
  $("#legend").replaceChildren(element("h3", {}, `${text.legend}${aside(`${text.target} ${meta.target}`)}`), ...rows,
    element("div", { class: "layers" }, ...layers.map((name) => element("label", {}, element("input", { type: "checkbox",
      checked: shown[name] ? "" : null, onchange: (e) => { shown[name] = e.target.checked; draw(); } }), text.layers[name]))));
}

/* ---- lists that hold thousands of rows: only those in sight exist ---- */
function list(holder, rowHeight, count, make) {
  const space = element("div"), rows = element("div");
  holder.append(space, rows);
  const render = () => {
    const n = count(), first = Math.max(0, Math.floor(holder.scrollTop / rowHeight) - 5);
    const last = Math.min(n, first + Math.ceil(holder.clientHeight / rowHeight) + 10);
    space.style.height = `${n * rowHeight}px`;
    rows.replaceChildren(...(n ? [] : [element("p", { class: "empty" }, text.none)]));
    for (let k = first; k < last; k++) { const row = make(k); row.style.top = `${k * rowHeight}px`; rows.append(row); }
  };
  holder.addEventListener("scroll", render);
  return { refresh(k = -1) {
    const top = k * rowHeight;
    if (k >= 0 && (top < holder.scrollTop || top + rowHeight > holder.scrollTop + holder.clientHeight))
      holder.scrollTop = top - holder.clientHeight / 2;
    render();
  } };
}
const COLUMNS = [["code", (i) => grids.grid_code[i]], ["households", (i) => grids.households[i]], ["deviation", (i) => deviation(i)],
  ["residents", (i) => grids.residents[i]], ["buildings", (i) => grids.buildings[i]], ["walk_m", (i) => grids.walk_m[i]]];
let order = grids.grid_code.map((_, i) => i), sorted = ["code", 1];
const gridList = list($("#grids .rows"), 28, () => order.length, (k) => {
  const i = order[k], short = grids.grid_code[i];
  return element("div", { class: i === selected ? "row selected" : "row", title: `${short} ${grids.name[i]}`, onclick: () => select(i, true) },
    element("span", {}, element("i", { style: `background:${colourOf(i)}` }), short), element("b", {}, number(grids.households[i])),
    element("span", {}, signed(deviation(i))), element("span", {}, number(grids.residents[i])),
    element("span", {}, number(grids.buildings[i])), element("span", {}, `${number(grids.walk_m[i])} m`));
});
function sortGrids() {
  const [name, way] = sorted, value = COLUMNS.find(([n]) => n === name)[1];
  order.sort((a, b) => { const x = value(a), y = value(b); return (x < y ? -way : x > y ? way : 0) || a - b; });
  $("#grids .head").replaceChildren(...COLUMNS.map(([n]) => element("button", { type: "button",
    "aria-sort": n === name ? (way > 0 ? "ascending" : "descending") : null,
    onclick: () => { sorted = [n, n === sorted[0] ? -sorted[1] : 1]; sortGrids(); } }, text[n])));
  gridList.refresh();
}

/* ---- findings ---- */
const notes = findings.map(([code, severity, subject, zh, en, place]) => ({ code, severity, subject, reason: { zh, en }, place }));
for (const kind of ["error", "warning", "notice"]) shown[kind] = true;
const rank = { error: 0, warning: 1, notice: 2 };
notes.sort((a, b) => rank[a.severity] - rank[b.severity]);
let listed = notes;
const findingList = list($("#findings .rows"), 66, () => listed.length, (k) => {
  const f = listed[k], title = text.codes[f.code].replaceAll("_", " ");
  const where = () => {
    if (rowOf.has(f.subject)) select(rowOf.get(f.subject), true);
    else if (f.place) { const [x, y] = [f.place[0], -f.place[1]]; fit([x - 1500, y - 1500, x + 1500, y + 1500]); }
  };
  return element("div", { class: f.place || rowOf.has(f.subject) ? "row" : "row still", title: f.reason[language], onclick: where },
    element("i", { class: `dot ${f.severity}` }), element("div", {}, element("b", {}, title),
      element("p", {}, f.reason[language])));
});
function showFindings() {
  listed = notes.filter((f) => shown[f.severity]);
  $("#findings .filters").replaceChildren(...Object.keys(rank).map((kind) => element("label", {}, element("input", { type: "checkbox",
    checked: shown[kind] ? "" : null, onchange: (e) => { shown[kind] = e.target.checked; showFindings(); draw(); } }),
  element("i", { class: `dot ${kind}`, style: "margin:0" }), `${text.severity[kind]} ${notes.filter((f) => f.severity === kind).length}`)));
  findingList.refresh();
}

/* ---- search ---- */
function search() {
  const wanted = $("#query").value.trim().toLowerCase(), found = new Set();
  const has = (string) => string.toLowerCase().includes(wanted);
  if (wanted) {
    grids.grid_code.forEach((code, i) => { if (has(code) || has(grids.name[i])) found.add(i); });
    const named = new Set(units.compounds.map((name, k) => has(name) ? k : -1));
    units.building.forEach((name, u) => { if (units.grid[u] >= 0 && (has(name) || named.has(units.compound[u]))) found.add(units.grid[u]); });
  }
  $("#hits").textContent = wanted ? `${found.size} ${text.hits}` : "";
  order = grids.grid_code.map((_, i) => i).filter((i) => !wanted || found.has(i));
  sortGrids();
  return [...found];
}
$("#query").addEventListener("input", () => { search(); openTab("grids"); });
$("#search").addEventListener("submit", (e) => { e.preventDefault(); const found = search(); if (found.length) select(order[0], true); });

/* ---- words ---- */
function showFacts() {
  const s = meta.score;
  const facts = [["grids", number(s.grids)], ["households", `${number(s.households)}${aside(text.basis[meta.basis])}`],
    ["out", `${number(s.out)} · ${meta.lower}–${meta.upper}`], ["within_10", percent(s.within_10)], ["proven", `${meta.proven} / ${meta.communities}`]];
  $("#facts").replaceChildren(...facts.map(([name, value]) => element("div", {}, element("dt", {}, text[name]), element("dd", {}, value))));
}
function showAbout() {
  const s = meta.score, table = (rows) => element("table", {}, ...rows.map(([name, value]) =>
    element("tr", {}, element("td", {}, text[name]), element("td", {}, String(value)))));
  $("#about").replaceChildren(element("h3", {}, text.score), table([["grids", number(s.grids)], ["households", number(s.households)],
    ["out", number(s.out)], ["viol", number(s.viol)], ["within_10", percent(s.within_10)], ["cost", number(s.cost, 1)], ["bound", number(s.bound, 1)],
    ["gap", percent(s.gap)], ["proven", percent(s.proven)], ["compounds_cut", number(s.compounds_cut)], ["barrier_share", percent(s.barrier_share)],
    ["walk_m", `${number(s.walk_m)} m`], ["compactness", number(s.compactness, 2)], ["load_cv", percent(s.load_cv)]]),
  element("h3", {}, text.made), table([["target", meta.target + aside(`${meta.lower}–${meta.upper}`)], ["version", meta.version], ["created", meta.created],
    ["seed", meta.seed], ["effort", meta.effort], ["reproducible", meta.reproducible ? text.yes : text.no], ["crs", meta.crs]]),
  element("p", {}, text.privacy.replace("{count}", meta.min_count)), element("p", {}, text.keys));
}
function openTab(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
  for (const tab of document.querySelectorAll(".tab")) tab.hidden = tab.id !== name;
  if (name === "grids") gridList.refresh(); else if (name === "findings") findingList.refresh();
}
$("nav").addEventListener("click", (e) => { if (e.target.dataset.tab) openTab(e.target.dataset.tab); });
function speak() {
  text = TEXTS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `${text.title} · gridplan`;
  for (const e of document.querySelectorAll("[data-text]")) e.textContent = text[e.dataset.text];
  for (const e of document.querySelectorAll("[data-title]")) e.title = text[e.dataset.title];
  $("#query").placeholder = text.search;
  canvas.setAttribute("aria-label", `${text.map}. ${text.keys}`);
  $("#language").textContent = language === "zh" ? "English" : "中文";
  showFacts(); showLegend(); showAbout(); showFindings(); search(); showCard(); showEditing(); draw();
}
$("#language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; speak(); });
function resize() {
  const first = !width, box = canvas.getBoundingClientRect();
  if (!box.width || !box.height) return;
  if (!first) { view.x += (box.width - width) / 2; view.y += (box.height - height) / 2; }
  ratio = window.devicePixelRatio || 1; width = box.width; height = box.height;
  canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
  if (first) fit(); else draw();
  gridList.refresh(); findingList.refresh();
}
new ResizeObserver(resize).observe($("#map"));
