/* The plan on paper: what the map shows, drawn anew and finer, its legend, and a table of the grids listed that lie on it. */
const PAPER = { wide: 720, high: 600, fine: 3 };       /* pixels of the screen, and how many dots make one */
function boxOnPaper() {
  const whole = join([...areas, ...shapes].map((s) => s.box)), b = map.getBounds();
  const view = [b.getWest() * DM, -b.getNorth() * DM, b.getEast() * DM, -b.getSouth() * DM];
  return [Math.max(whole[0], view[0]), Math.max(whole[1], view[1]), Math.min(whole[2], view[2]), Math.min(whole[3], view[3])];
}
function paperFrame(box) {
  const scale = Math.min(PAPER.wide / (box[2] - box[0]), PAPER.high / (box[3] - box[1])) * 0.98, [left, top] = [box[0] * scale - 4, box[1] * scale - 4];
  return {
    scale, px: 1 / scale, width: PAPER.wide, height: Math.ceil((box[3] - box[1]) * scale + 8),
    at: (x, y) => [x * scale - left, y * scale - top],
    sees: (b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1],
    inWorld(pen, paint) { pen.save(); pen.translate(-left, -top); pen.scale(scale, scale); paint(); pen.restore(); },
  };
}
function mapOnPaper(frame) {
  const canvas = element("canvas", { width: PAPER.wide * PAPER.fine, height: frame.height * PAPER.fine }), pen = canvas.getContext("2d");
  pen.scale(PAPER.fine, PAPER.fine);
  for (const paint of [paintGround, paintMarks, paintLabels, paintScale]) { pen.save(); paint(pen, frame); pen.restore(); }
  return canvas;
}
function paintScale(pen, frame) {
  const metre = frame.scale * DM, steps = [1, 10, 100, 1000, 10000].flatMap((p) => [p, 2 * p, 5 * p]);
  const length = steps.filter((n) => n * metre < 150).pop() || 1, wide = length * metre, [x, y] = [10, frame.height - 12];
  const told = `${length < 1000 ? `${length} m` : `${length / 1000} km`} · ${text.north}`;
  pen.font = `11px ${FONT}`; pen.textBaseline = "middle";
  pen.fillStyle = "#ffffffd9"; pen.fillRect(x - 6, y - 10, wide + pen.measureText(told).width + 20, 20);
  pen.strokeStyle = pen.fillStyle = "#000"; pen.lineWidth = 1.5;
  pen.beginPath(); pen.moveTo(x, y - 4); pen.lineTo(x, y + 3); pen.lineTo(x + wide, y + 3); pen.lineTo(x + wide, y - 4); pen.stroke();
  pen.fillText(told, x + wide + 8, y);
}
function legendOnPaper(rows) {
  const counts = meta.classes.map((_, k) => rows.filter((i) => grids.class[i] === k).length);
  return element("p", { class: "legend" }, element("b", {}, `${text.legend}${aside(`${text.target} ${meta.target}`)}`),
    ...classesSeen(counts).map(([c, k]) => element("span", {}, element("i", { style: `background:${c.colour}` }), `${spanIn(c)} ${text.classes[c.key]}${text.colon}${number(counts[k])}`)));
}
function tableOnPaper(rows) {
  const caused = rows.some((i) => grids.cause[i]);
  const heads = [...COLUMNS.map(([name]) => headOf(name)), text.community, ...(caused ? [text.cause] : [])];
  const cells = (i) => [grids.grid_code[i], ...cellsOf(i), communities.community[grids.community[i]] || "", ...(caused ? [grids.cause[i] && causeOf(i)] : [])];
  return element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", {}, head)))),
    element("tbody", {}, ...rows.map((i) => element("tr", {}, ...cells(i).map((cell) => element("td", {}, cell))))));
}
function layOutPaper() {
  const frame = paperFrame(boxOnPaper()), rows = order.filter((i) => frame.sees(shapes[i].box));
  const made = [`gridplan ${meta.version}`, meta.created, meta.crs].filter(Boolean).join(" · ");
  $("#paper").replaceChildren(element("h1", {}, text.title), $("#facts").cloneNode(true), mapOnPaper(frame),
    legendOnPaper(rows), tableOnPaper(rows),
    element("p", { class: "made" }, `${made}. ${text.privacy.replace("{count}", meta.min_count)}`));
  $("#paper dl").removeAttribute("id");
}
addEventListener("beforeprint", layOutPaper);
addEventListener("afterprint", () => $("#paper").replaceChildren());
$("#print").addEventListener("click", () => print());
