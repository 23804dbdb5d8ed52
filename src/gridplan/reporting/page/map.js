/* The map: Leaflet moves, zooms and lays canvases; what is on them is drawn in paint.js. One unit is a metre, no projection. */
const DM = 10;                                         /* decimetres in a metre */
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const map = L.map("chart", {
  crs: L.CRS.Simple, minZoom: -8, maxZoom: 6, zoomSnap: 0.1, zoomDelta: 0.75, wheelPxPerZoomLevel: 90, zoomAnimation: !still,
  inertia: !still, attributionControl: false, zoomControl: false, keyboard: false, preferCanvas: true,
});
const chart = map.getContainer();
L.control.scale({ imperial: false, maxWidth: 150 }).addTo(map);

const shown = { units: true, context: true, labels: true, findings: true };
const hiddenClasses = new Set();
let selected = -1, hovered = -1, placed = false;

const latLng = (x, y) => L.latLng(-y / DM, x / DM);
const boundsOf = ([x0, y0, x1, y1]) => L.latLngBounds(latLng(x0, y1), latLng(x1, y0));

/* A canvas that Leaflet places over the view, and a little beyond it, so that it can be dragged without painting. */
const Sheet = L.Canvas.extend({
  options: { padding: 0.15, interactive: false },
  _draw() {
    const part = this._redrawBounds, pen = this._ctx;
    pen.save();
    if (part) { pen.beginPath(); pen.rect(part.min.x, part.min.y, part.max.x - part.min.x, part.max.y - part.min.y); pen.clip(); }
    this.options.paint(pen, frameOf(part || this._bounds));
    pen.restore();
  },
  /* Paint anew within a box in decimetres, or all: a small part of a large plan is there at once. */
  repaint(box = null) {
    if (!placed) return;
    const part = box && partOf(box);
    if (!this._waiting) {
      this._redrawBounds = part;
      this._waiting = L.Util.requestAnimFrame(() => { this._waiting = null; this._redraw(); });
    } else if (part && this._redrawBounds) this._redrawBounds.extend(part.min).extend(part.max);
    else this._redrawBounds = null;
  },
});
const partOf = ([x0, y0, x1, y1]) => {
  const { at } = frameOf(L.bounds([0, 0], [0, 0])), edge = 4;
  return L.bounds(at(x0, y0).map((v) => Math.floor(v) - edge), at(x1, y1).map((v) => Math.ceil(v) + edge));
};
/* How decimetres lie on a sheet: pixels = decimetres * scale - (left, top); px is a pixel in decimetres. */
function frameOf(bounds) {
  const { x: left, y: top } = map.getPixelOrigin(), scale = map.options.crs.scale(map.getZoom()) / DM;
  const world = [bounds.min.x + left, bounds.min.y + top, bounds.max.x + left, bounds.max.y + top].map((v) => v / scale);
  return {
    scale, px: 1 / scale, width: map.getSize().x,
    at: (x, y) => [x * scale - left, y * scale - top],
    sees: (box) => box[0] < world[2] && box[2] > world[0] && box[1] < world[3] && box[3] > world[1],
    inWorld(pen, draw) { pen.save(); pen.translate(-left, -top); pen.scale(scale, scale); draw(); pen.restore(); },
  };
}
function addSheet(name, order, paint) {
  map.createPane(name).style.zIndex = order;
  return new Sheet({ pane: name, paint }).addTo(map);
}

/* The details stand at the left, the legend in the corner below: a box goes where the most room is left beside them. */
function roomBeside() {
  const { x: wide } = map.getSize(), legend = $("#legend"), bottom = legend.offsetHeight + 44;
  if (wide <= 700) return [[[10, 12], 40]];
  return selected >= 0 ? [[[310, 12], 40]] : [[[legend.offsetWidth + 24, 12], 40], [[12, 12], bottom]];
}
function fit(box = join([...areas, ...shapes].map((s) => s.box))) {
  const rooms = roomBeside().map(([topLeft, bottom]) => ({ paddingTopLeft: topLeft, paddingBottomRight: [12, bottom], maxZoom: 2, animate: !still }));
  const zoomIn = ({ paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] }) => map.getBoundsZoom(boundsOf(box), false, L.point(left + right, top + bottom));
  placed = true;
  map.fitBounds(boundsOf(box), rooms.reduce((a, b) => zoomIn(b) > zoomIn(a) ? b : a));
}
function fitAround(box, share) {
  const w = (box[2] - box[0]) * share, h = (box[3] - box[1]) * share;
  fit([box[0] - w, box[1] - h, box[2] + w, box[3] + h]);
}
function hit({ lat, lng }) {
  const x = lng * DM, y = -lat * DM;
  return shapes.findIndex(({ path, box }) => contains(box, x, y) && isInside(path, x, y));
}
function hover(i) {
  chart.classList.toggle("over", i >= 0);
  if (i !== hovered) { hovered = i; showCard(); sheets.marks.repaint(); }
}
function select(i, move = false) {
  selected = i;
  if (i >= 0 && move) fitAround(shapes[i].box, 1.6);
  showCard(); showEditing(); gridList.refresh(i >= 0 ? order.indexOf(i) : -1); sheets.marks.repaint();
}
/* Paint anew: the ground within a box, which may be empty, or all of it. */
function draw(box = null) {
  if (!box || box[0] <= box[2]) sheets.ground.repaint(box);
  sheets.marks.repaint(); sheets.labels.repaint();
}

map.on("mousemove", (e) => { hover(hit(e.latlng)); aim(e.latlng); });
map.on("mouseout", () => { hover(-1); aim(null); });
map.on("click", (e) => { if (!pick(e.latlng)) select(hit(e.latlng)); });
new ResizeObserver(() => {
  map.invalidateSize({ animate: false });
  if (!placed && map.getSize().x && map.getSize().y) fit();
  gridList.refresh(); findingList.refresh();
}).observe($("#map"));

$("#zoom").addEventListener("click", (e) => {
  const steps = Number(e.target.dataset.zoom);
  if (steps) map.zoomIn(steps); else fit();
});
const KEYS = {
  ArrowLeft: () => map.panBy([-80, 0]), ArrowRight: () => map.panBy([80, 0]), ArrowUp: () => map.panBy([0, -80]), ArrowDown: () => map.panBy([0, 80]),
  "+": () => map.zoomIn(), "=": () => map.zoomIn(), "-": () => map.zoomOut(), "0": () => fit(), Escape: () => leaveMode() || select(-1),
  "/": () => $("#query").focus(),
};
document.addEventListener("keydown", (e) => {
  if (e.target.matches("input[type=search]") || e.ctrlKey || e.metaKey || e.altKey) return;
  if (!KEYS[e.key] || (e.key.startsWith("Arrow") && document.activeElement !== chart)) return;
  KEYS[e.key]();
  e.preventDefault();
});
