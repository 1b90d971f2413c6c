// Finds questions by their words, in search.json. Without it, or without this script, the list of all questions is still there.
const SHOWN = 10;

const form = document.querySelector(".search");
const field = document.getElementById("query");
const found = document.getElementById("found");
const results = document.getElementById("results");

const words = (text) =>
  text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f'’]/g, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean).map(stem);

function stem(word) {
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

function strength(entry, word) {
  const starts = (other) => word.length > 2 && other.startsWith(word);
  const title = entry.title.includes(word) ? 4 : entry.title.some(starts) ? 3 : 0;
  const often = entry.often.includes(word) ? 4 : entry.often.some(starts) ? 3 : 0;
  const group = entry.group.includes(word) ? 1 : 0;
  return title + often + group || (entry.words.includes(word) ? 2 : entry.words.some(starts) ? 1 : 0);
}

function search(entries, text) {
  const scores = new Map();
  for (const word of new Set(words(text))) {
    const hits = entries.map((entry) => [entry, strength(entry, word)]).filter(([, score]) => score);
    // A rare word says more than one that stands on every page.
    const weight = Math.log(1 + entries.length / (hits.length || 1));
    for (const [entry, score] of hits) scores.set(entry, (scores.get(entry) || 0) + score * weight);
  }
  // Of two that fit as well, the shorter question is the more general one.
  return [...scores].sort(([one, a], [other, b]) => b - a || one.title.length - other.title.length).slice(0, SHOWN).map(([entry]) => entry);
}

function show(entries, text) {
  const hits = search(entries, text);
  results.replaceChildren(...hits.map(({ entry }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = entry.url;
    link.textContent = entry.title;
    const group = document.createElement("span");
    group.textContent = ` ${entry.group}`;
    item.append(link, group);
    return item;
  }));
  if (!text.trim()) found.textContent = "";
  else if (!hits.length) found.textContent = "No question fits. Try a plainer word, or look through the list below.";
  else found.textContent = hits.length === 1 ? "1 question found" : `${hits.length} questions found, the best first`;
}

async function start() {
  const answer = await fetch("search.json");
  if (!answer.ok) return;
  const entries = (await answer.json()).map((entry) => ({
    entry, title: words(entry.title), group: words(entry.group), often: words(entry.often), words: words(entry.words),
  }));
  form.hidden = false;
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    // A screen reader would otherwise speak after every letter.
    waiting = setTimeout(() => show(entries, field.value), 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(entries, field.value);
  });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    field.value = asked;
    show(entries, asked);
  }
}

// Opened from a disk, a page may not fetch anything; the form stays hidden then.
start().catch(() => {});
