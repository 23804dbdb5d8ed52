/* Header, tabs and languages; here the page starts. */
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
  element("p", {}, text.privacy.replace("{count}", meta.min_count)), element("p", {}, text.offline), element("p", {}, text.keys));
}
function openTab(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
  }
  for (const tab of document.querySelectorAll(".tab")) tab.hidden = tab.id !== name;
  if (name === "grids") gridList.refresh(order.indexOf(selected)); else if (name === "findings") findingList.refresh();
}
$("nav").addEventListener("click", (e) => { if (e.target.dataset.tab) openTab(e.target.dataset.tab); });
$("nav").addEventListener("keydown", (e) => {
  const tabs = [...e.currentTarget.children], at = tabs.indexOf(e.target), to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[e.key];
  if (to === undefined) return;
  const tab = tabs.at(to % tabs.length);
  openTab(tab.dataset.tab); tab.focus();
  e.preventDefault();
});
function speak() {
  text = TEXTS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `${text.title} · gridplan`;
  const ways = { text: (e, words) => { e.textContent = words; }, title: (e, words) => { e.title = words; e.setAttribute("aria-label", words); },
    label: (e, words) => e.setAttribute("aria-label", words), placeholder: (e, words) => { e.placeholder = words; } };
  for (const [name, tell] of Object.entries(ways)) for (const e of document.querySelectorAll(`[data-${name}]`)) tell(e, text[e.dataset[name]]);
  chart.setAttribute("aria-label", `${text.map}. ${text.keys}`);
  $("#language").textContent = language === "zh" ? "English" : "中文";
  nameAllNew();
  $("#language").lang = language === "zh" ? "en" : "zh";
  showFacts(); showLegend(); showAbout(); showFindings(); showHead(); filter(); showCard(); showEditing();
}
$("#language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; speak(); });
openTab("grids"); speak();
