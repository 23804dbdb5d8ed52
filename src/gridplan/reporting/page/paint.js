/* What is on the canvases of the map: the ground with grids and buildings, the marks of what is chosen, the labels above. */
const sheets = { ground: addSheet("ground", 400, paintGround), marks: addSheet("marks", 410, paintMarks), labels: addSheet("labels", 420, paintLabels) };
const usualWidth = shapes.map(({ box }) => box[2] - box[0]).sort((a, b) => a - b)[shapes.length >> 1] || 0;
const FAR = 0.01;                                      /* pixels in a decimetre below which lines are thin */
const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif';

function paintGround(pen, frame) {
  pen.lineJoin = "round";
  frame.inWorld(pen, () => {
    if (shown.context) fillContext(pen, "road", "railway");
    fillGrids(pen, frame);
    pen.globalAlpha = 0.8;
    if (shown.context) fillContext(pen, "water");
    pen.globalAlpha = 1;
    if (shown.context) strokeContext(pen, frame);
    strokeShapes(pen, frame, shapes, "#46525e", frame.scale < FAR ? 0.4 : 1.1);
    strokeShapes(pen, frame, areas, "#111a24", frame.scale < FAR ? 1.4 : 2.4);
    if (shown.units && frame.scale > 0.022) paintUnits(pen, frame);
  });
}
function fillGrids(pen, frame) {
  shapes.forEach(({ path, box }, i) => {
    if (!frame.sees(box)) return;
    pen.globalAlpha = passing[i] ? 0.82 : 0.06;
    pen.fillStyle = colourOf(i);
    pen.fill(path, "evenodd");
  });
}
function fillContext(pen, ...kinds) {
  for (const kind of kinds) {
    pen.fillStyle = { water: "#a9cfea", road: "#e4e4e4", railway: "#d8d8d8" }[kind];
    pen.fill(backdrop[kind].areas, "evenodd");
  }
}
function strokeContext(pen, { px, scale }) {
  const styles = [["water", "#5aa0d2", 1.6, []], ["road", "#ffffffd9", scale < FAR ? 1 : 2.6, []], ["railway", "#303030", 1.8, [6, 4]]];
  for (const [kind, colour, line, dash] of styles) {
    pen.strokeStyle = colour; pen.lineWidth = line * px; pen.setLineDash(dash.map((d) => d * px));
    pen.stroke(backdrop[kind].lines);
  }
  pen.setLineDash([]);
}
function strokeShapes(pen, frame, some, colour, line) {
  pen.strokeStyle = colour; pen.lineWidth = line * frame.px;
  for (const { path, box } of some) if (frame.sees(box)) pen.stroke(path);
}
/* Buildings by their outlines; those that are points in the input, by dots. */
const houses = [];
const houseOf = (u) => houses[u] ||= outline(units.outline[u]);
function paintUnits(pen, frame) {
  pen.fillStyle = pen.strokeStyle = "#22303d"; pen.lineWidth = 0.8 * frame.px;
  for (let u = 0; u < units.built; u++) {
    if (units.outline[u].length) {
      const { path, box } = houseOf(u);
      if (!frame.sees(box)) continue;
      pen.globalAlpha = units.households[u] ? 0.5 : 0.16; pen.fill(path, "evenodd");
      pen.globalAlpha = 0.6; pen.stroke(path);
      continue;
    }
    const x = spots[2 * u], y = spots[2 * u + 1];
    if (!frame.sees([x, y, x, y])) continue;
    const r = Math.min(60, 9 + 2.2 * Math.sqrt(units.households[u]));
    pen.globalAlpha = units.households[u] ? 0.75 : 0.25;
    pen.beginPath(); pen.arc(x, y, Math.max(r, 1.2 * frame.px), 0, 7); pen.fill();
  }
  pen.globalAlpha = 1;
}

function paintMarks(pen, frame) {
  pen.lineJoin = "round";
  frame.inWorld(pen, () => {
    paintEdits(pen, frame);
    for (const [i, colour, line] of [[hovered, "#111a24", 2.6], [selected, "#e6007e", 4]])
      if (i >= 0) strokeShapes(pen, frame, [shapes[i]], colour, line);
  });
  paintLocks(pen, frame);
}
/* Where borders ran before, grids that are torn, and the units that are chosen or under the pointer. */
function paintEdits(pen, frame) {
  const touched = touchedGrids(), dash = (...lengths) => pen.setLineDash(lengths.map((d) => d * frame.px));
  dash(2, 4);
  strokeShapes(pen, frame, touched.filter((i) => i < planned.n).map((i) => planned.shape[i]), "#111a24", 1.4);
  dash(9, 5);
  strokeShapes(pen, frame, touched.filter((i) => pieces(i) > 1).map((i) => shapes[i]), "#a50f15", 4.5);
  dash();
  pen.fillStyle = "#e6007e66";
  for (const u of chosen) pen.fill(cellOf(u).path, "evenodd");
  if (aimed >= 0) strokeShapes(pen, frame, [cellOf(aimed)], "#111a24", 2);
}
/* A padlock on each locked grid and building. */
function paintLocks(pen, frame) {
  const lock = ([x, y], size) => {
    pen.beginPath(); pen.arc(x, y, size / 2, Math.PI, 0); pen.lineWidth = size / 3; pen.strokeStyle = "#fff"; pen.stroke();
    pen.lineWidth = size / 5; pen.strokeStyle = "#111a24"; pen.stroke();
    pen.fillStyle = "#111a24"; pen.strokeStyle = "#fff"; pen.lineWidth = 1.2;
    pen.beginPath(); pen.rect(x - size * 0.7, y - 1, size * 1.4, size * 1.1); pen.stroke(); pen.fill();
  };
  const visible = ([x, y]) => frame.sees([x, y, x, y]);
  state.grid.forEach((locked, i) => {
    if (!locked || !exists(i) || !visible(anchorOf(i))) return;
    const [x, y] = frame.at(...anchorOf(i));
    lock([x, y - 20], 11);
  });
  if (frame.scale > 0.02) state.unit.forEach((locked, u) => { if (locked && visible([spots[2 * u], spots[2 * u + 1]])) lock(frame.at(spots[2 * u], spots[2 * u + 1]), 8); });
}

/* Marks of findings stand where they are; names step aside for them and for one another, or are left out. */
function paintLabels(pen, frame) {
  const taken = [];
  if (shown.findings) paintFindings(pen, frame, taken);
  if (shown.labels) paintNames(pen, frame, taken);
}
const STEPS = [[0, 0], [0, -1], [0, 1], [-0.5, 0], [0.5, 0]];
function paintNames(pen, frame, taken) {
  pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineWidth = 3; pen.strokeStyle = "#ffffffe6"; pen.fillStyle = "#1d2733";
  const put = (string, [x, y], size, path = null) => {
    pen.font = `${path ? 400 : 600} ${size}px ${FONT}`;
    const half = pen.measureText(string).width / 2 + 1, high = size / 2 + 1;
    for (const [across, down] of STEPS) {
      const spot = [x + across * half * 2 * frame.px, y + down * size * 1.25 * frame.px], [cx, cy] = frame.at(...spot);
      const box = [cx - half, cy - high, cx + half, cy + high];
      if ((path && !isInside(path, ...spot)) || taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) continue;
      taken.push(box); pen.strokeText(string, cx, cy); pen.fillText(string, cx, cy);
      return;
    }
  };
  areas.forEach(({ box }, i) => {
    const wide = (box[2] - box[0]) * frame.scale;
    if (areas.length > 1 && frame.sees(box) && wide > 70 && wide < 900) put(communities.community[i], [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], 13);
  });
  if (usualWidth * frame.scale < 40) return;           /* a few grids with names among many without tell nothing */
  shapes.forEach(({ path, box }, i) => {
    if (frame.sees(box) && (box[2] - box[0]) * frame.scale > 46 && (box[3] - box[1]) * frame.scale > 22)
      put(`${labelOf(i)} · ${grids.households[i]}`, anchorOf(i), 11.5, path);
  });
}
function paintFindings(pen, frame, taken) {
  const far = frame.scale < 0.02, crowded = far && notes.length > 100, r = far ? 3 : 5.5;
  for (const { severity, place } of notes) {
    if (!place || !shown[severity] || (far && severity === "notice") || (crowded && severity === "warning")) continue;
    const [x, y] = frame.at(...place);
    taken.push([x - r, y - r, x + r, y + r]);
    pen.beginPath();
    if (severity === "notice") pen.arc(x, y, r - 1.5, 0, 7);
    else if (severity === "warning") { pen.moveTo(x, y - r); pen.lineTo(x + r, y); pen.lineTo(x, y + r); pen.lineTo(x - r, y); }
    else { pen.moveTo(x, y - r - 2); pen.lineTo(x + r + 2, y + r); pen.lineTo(x - r - 2, y + r); }
    pen.closePath();
    pen.fillStyle = { error: "#000", warning: "#fff", notice: "#bdbdbd" }[severity];
    pen.strokeStyle = severity === "error" ? "#fff" : "#1d2733"; pen.lineWidth = 1.3;
    pen.fill(); pen.stroke();
  }
}
