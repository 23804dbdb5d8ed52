/* What is on the canvases of the map: the ground with grids and buildings, the marks of what is chosen, the labels above. */
const sheets = { ground: addSheet("ground", 400, paintGround), marks: addSheet("marks", 410, paintMarks), labels: addSheet("labels", 420, paintLabels) };
const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif';

function paintGround(pen, frame) {
  pen.lineJoin = "round";
  frame.inWorld(pen, () => {
    if (shown.context) fillContext(pen, "road", "railway");
    fillGrids(pen, frame);
    pen.globalAlpha = 0.8;
    if (shown.context) fillContext(pen, "water");
    pen.globalAlpha = 1;
    if (shown.context) strokeContext(pen, frame.px);
    strokeShapes(pen, frame, shapes, "#4c5966", frame.scale < 0.01 ? 0.4 : 0.9);
    strokeShapes(pen, frame, areas, "#111a24", 2.2);
    if (shown.units && frame.scale > 0.035) paintUnits(pen, frame);
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
function strokeContext(pen, px) {
  const styles = [["water", "#5aa0d2", 1.6, []], ["road", "#8b8b8b", 1.1, []], ["railway", "#303030", 1.8, [6, 4]]];
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
function paintUnits(pen, frame) {
  pen.fillStyle = "#22303dcc";
  units.grid.forEach((_, u) => {
    const x = spots[2 * u], y = spots[2 * u + 1];
    if (!frame.sees([x, y, x, y])) return;
    const r = Math.min(60, 9 + 2.2 * Math.sqrt(units.households[u]));
    pen.globalAlpha = units.households[u] ? 0.75 : 0.25;
    pen.beginPath(); pen.arc(x, y, Math.max(r, 1.2 * frame.px), 0, 7); pen.fill();
  });
  pen.globalAlpha = 1;
}

function paintMarks(pen, frame) {
  pen.lineJoin = "round";
  frame.inWorld(pen, () => {
    for (const [i, colour, line] of [[hovered, "#111a24", 2.6], [selected, "#e6007e", 4]])
      if (i >= 0) strokeShapes(pen, frame, [shapes[i]], colour, line);
  });
}

function paintLabels(pen, frame) {
  if (shown.labels) paintNames(pen, frame);
  if (shown.findings) paintFindings(pen, frame);
}
function paintNames(pen, frame) {
  const taken = [];
  pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineWidth = 3; pen.strokeStyle = "#ffffffe6"; pen.fillStyle = "#1d2733";
  const put = (string, [x, y], size, weight) => {
    pen.font = `${weight} ${size}px ${FONT}`;
    const half = pen.measureText(string).width / 2, box = [x - half, y - size / 2, x + half, y + size / 2];
    if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return;
    taken.push(box); pen.strokeText(string, x, y); pen.fillText(string, x, y);
  };
  areas.forEach(({ box }, i) => {
    const wide = (box[2] - box[0]) * frame.scale;
    if (areas.length > 1 && frame.sees(box) && wide > 70 && wide < 900)
      put(communities.community[i], frame.at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), 13, "600");
  });
  shapes.forEach(({ box }, i) => {
    if (!frame.sees(box) || (box[2] - box[0]) * frame.scale < 46 || (box[3] - box[1]) * frame.scale < 26) return;
    put(`${grids.grid_code[i].slice(12)} · ${grids.households[i]}`, frame.at(...middle(i)), 11.5, "400");
  });
}
function paintFindings(pen, frame) {
  const far = frame.scale < 0.02, crowded = far && notes.length > 100, r = far ? 3 : 5.5;
  for (const { severity, place } of notes) {
    if (!place || !shown[severity] || (far && severity === "notice") || (crowded && severity === "warning")) continue;
    const [x, y] = frame.at(...place);
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
