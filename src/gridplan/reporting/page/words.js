/* Language, numbers as text, elements. What comes from data reaches the page as text alone, never as markup. */
const data = JSON.parse(document.getElementById("data").textContent);
const { meta, grids, forces, units, communities, findings, context, settled } = data;
const TEXTS = data.words;
let language = { "#en": "en", "#zh": "zh" }[location.hash] || meta.language;
let text = TEXTS[language];

const $ = (selector) => document.querySelector(selector);
const aside = (words) => text.aside.replace("{words}", words);
const number = (value, digits = 0) => value === null || value === undefined ? "–"
  : Number(value).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = (share) => `${number(100 * share, Math.abs(share) < 0.0995 && share ? 1 : 0)}%`;
const signed = (share) => {
  if (share === null) return "–";
  const n = Math.round(100 * share);
  return `${n > 0 ? "+" : n < 0 ? "−" : ""}${Math.abs(n)}%`;
};

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
