/* The land of units. While grids are edited, their outlines are made anew of the cells of their units. */
const cellRings = [], cells = [];
const ringsOf = (u) => cellRings[u] ||= units.cell[u].map(decode);
const cellOf = (u) => cells[u] ||= trace(ringsOf(u));

/* Sides that two cells share are inside; the others, chained, are the outline. Neighbouring cells have the same points. */
function unite(some) {
  const sides = new Map();
  for (const u of some) for (const ring of ringsOf(u)) for (let k = 0; k < ring.length; k += 2) {
    const side = [ring[k], ring[k + 1], ...ring.slice((k + 2) % ring.length, (k + 2) % ring.length + 2)], [a, b, c, d] = side;
    if (a === c && b === d) continue;
    const key = a < c || (a === c && b < d) ? `${a},${b},${c},${d}` : `${c},${d},${a},${b}`;
    if (!sides.delete(key)) sides.set(key, side);
  }
  return chain([...sides.values()]);
}
function chain(sides) {
  const at = new Map(), used = new Set(), rings = [];
  const meet = (x, y) => { const key = `${x},${y}`; if (!at.has(key)) at.set(key, []); return at.get(key); };
  for (const side of sides) { meet(side[0], side[1]).push(side); meet(side[2], side[3]).push(side); }
  for (const first of sides) {
    if (used.has(first)) continue;
    const ring = first.slice(0, 2);
    for (let side = first, [x, y] = ring; side; side = meet(x, y).find((s) => !used.has(s))) {
      used.add(side);
      [x, y] = side[0] === x && side[1] === y ? side.slice(2) : side.slice(0, 2);
      ring.push(x, y);
    }
    rings.push(ring);
  }
  return rings;
}

function unitAt({ lat, lng }) {
  const grid = hit({ lat, lng }), x = lng * DM, y = -lat * DM;
  if (grid < 0) return -1;
  const inside = unitsOf[grid].find((u) => contains(cellOf(u).box, x, y) && isInside(cellOf(u).path, x, y));
  if (inside !== undefined) return inside;
  const far = (u) => (spots[2 * u] - x) ** 2 + (spots[2 * u + 1] - y) ** 2;
  return unitsOf[grid].reduce((best, u) => far(u) < far(best) ? u : best);
}
