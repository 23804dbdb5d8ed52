/* The plan as the map needs it: paths and boxes in decimetres from meta.origin, x to the east, y to the south. */
function decode(string) {
  const values = [];
  let x = 0, y = 0, i = 0;
  const next = () => {
    let value = 0, shift = 0, chunk;
    do { chunk = string.charCodeAt(i++) - 63; value += (chunk & 31) * 2 ** shift; shift += 5; } while (chunk & 32);
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  while (i < string.length) { x += next(); y += next(); values.push(x, -y); }
  return values;
}
function trace(paths, closed = true) {
  const path = new Path2D(), box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const points of paths) {
    for (let k = 0; k < points.length; k += 2) {
      const x = points[k], y = points[k + 1];
      if (k) path.lineTo(x, y); else path.moveTo(x, y);
      if (x < box[0]) box[0] = x;
      if (x > box[2]) box[2] = x;
      if (y < box[1]) box[1] = y;
      if (y > box[3]) box[3] = y;
    }
    if (closed) path.closePath();
  }
  return { path, box };
}
const outline = (strings, closed = true) => trace(strings.map(decode), closed);
const join = (boxes) => boxes.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])],
  [Infinity, Infinity, -Infinity, -Infinity]);

const shapes = grids.shape.map((s) => outline(s));
const areas = communities.shape.map((s) => outline(s));
const backdrop = Object.fromEntries(Object.entries(context).map(([kind, [lines, polygons]]) =>
  [kind, { lines: outline(lines, false).path, areas: outline(polygons).path, some: lines.length + polygons.length }]));
const spots = decode(units.at);
const rowOf = new Map(grids.grid_code.map((code, i) => [code, i]));
const unitsOf = grids.grid_code.map(() => []);
units.grid.forEach((grid, u) => { if (grid >= 0) unitsOf[grid].push(u); });
const labelOf = (i) => isNew(i) ? grids.name[i] : grids.grid_code[i].slice(12);

const bandOf = (i) => meta.bands[grids.band[i]];       /* none for exclusive grids, which may have any size */
const deviation = (i) => bandOf(i) ? (grids.households[i] - bandOf(i).target) / bandOf(i).target : null;
const colourOf = (i) => meta.classes[grids.class[i]].colour;
const causeOf = (i) => text.causes[grids.cause[i]] || grids.cause[i];
const probe = document.createElement("canvas").getContext("2d");
const isInside = (path, x, y) => probe.isPointInPath(path, x, y, "evenodd");
const contains = (box, x, y) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];
/* Where the name of a grid stands: amid its units, or on the unit nearest to there if that lies outside. */
const anchors = [];
const anchorOf = (i) => anchors[i] ||= findAnchor(unitsOf[i], shapes[i]);
function findAnchor(some, { path, box }) {
  if (!some.length) return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  const mean = (k) => some.reduce((sum, u) => sum + spots[2 * u + k], 0) / some.length, [x, y] = [mean(0), mean(1)];
  if (isInside(path, x, y)) return [x, y];
  const far = (u) => (spots[2 * u] - x) ** 2 + (spots[2 * u + 1] - y) ** 2, u = some.reduce((a, b) => far(b) < far(a) ? b : a);
  return [spots[2 * u], spots[2 * u + 1]];
}
