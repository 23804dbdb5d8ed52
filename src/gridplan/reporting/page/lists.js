/* Lists that hold thousands of rows: only those in sight exist. */
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
