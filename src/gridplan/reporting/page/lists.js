/* Lists that hold thousands of rows: only those in sight exist. Arrow keys go from row to row, Enter opens one. */
function list({ owner, height, count, make, go = () => {}, open }) {
  const holder = owner.querySelector(".rows") || owner, space = element("div"), rows = element("div", { role: "presentation" });
  const name = owner.closest(".tab").id, seen = () => owner.clientHeight - (holder === owner ? 0 : holder.offsetTop);
  let at = -1;
  holder.append(space, rows);
  const render = () => {
    const n = count(), first = Math.max(0, Math.floor(owner.scrollTop / height) - 5);
    const last = Math.min(n, first + Math.ceil(seen() / height) + 10);
    space.style.height = `${n * height}px`;
    rows.replaceChildren(...(n ? [] : [element("p", { class: "empty" }, text.none)]));
    for (let k = first; k < last; k++) rows.append(place(make(k), k));
    if (at >= first && at < last) owner.setAttribute("aria-activedescendant", `${name}-${at}`); else owner.removeAttribute("aria-activedescendant");
  };
  const place = (row, k) => {
    row.id = `${name}-${k}`;
    row.style.top = `${k * height}px`;
    row.classList.toggle("at", k === at);
    row.setAttribute("aria-selected", String(k === at));
    row.addEventListener("click", () => { at = k; open(k); render(); });
    return row;
  };
  const refresh = (k = -1) => {
    const top = k * height, high = seen(), margin = high > 4 * height ? height : 0;
    at = k;
    if (k >= 0 && top < owner.scrollTop + margin) owner.scrollTop = Math.max(0, top - margin);
    else if (k >= 0 && top + height > owner.scrollTop + high - margin) owner.scrollTop = top + height + margin - high;
    render();
  };
  owner.addEventListener("scroll", render);
  owner.addEventListener("keydown", (e) => {
    if (e.target !== owner || e.ctrlKey || e.metaKey || e.altKey) return;
    const page = Math.max(1, Math.floor(seen() / height) - 1), end = count() - 1;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: end }[e.key];
    if (end < 0 || (to === undefined && (e.key !== "Enter" || at < 0))) return;
    if (to === undefined) open(at); else { refresh(Math.max(0, Math.min(end, to))); go(at); }
    e.preventDefault(); e.stopPropagation();
  });
  return { refresh };
}
