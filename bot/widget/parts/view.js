// What a turn looks like.
const hiddenText = (text) => el("span", { class: "hidden" }, text);

function button(text, press, attributes = {}) {
  return el("button", { type: "button", click: press, ...attributes }, text);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// Emergency, poison and crisis lines of a country.
function numbers(texts, country) {
  return list(texts.numbers[country] || texts.numbers.OTHER);
}

function list(lines) {
  return el("ul", { class: "numbers" }, ...lines.map(([what, shown, dial]) =>
    el("li", {}, `${what}: `, dial ? link(dial, shown) : shown)));
}

const URGENT = ["emergency", "overdose", "crisis_self_harm", "urgent_see_doctor"];

function isUrgent({ reply }) {
  return reply?.kind === "safety" && URGENT.includes(reply.safety);
}

// The numbers that a reply to danger names, to be tapped. They are looked for in its words, since those may be of another
// country than the page's: the visitor may have said where they are.
function toCall(texts, country, said) {
  const ours = texts.numbers[country] || texts.numbers.OTHER;
  const all = [...ours, ...Object.values(texts.numbers).flat()].filter(([, , dial]) => dial);
  const found = [];
  let rest = said;
  for (const line of all.sort((a, b) => b[1].length - a[1].length)) {
    const number = new RegExp(`(?<![\\d-])${line[1]}(?![\\d-])`, "g");
    if (rest.search(number) < 0) continue;
    found.push(line);
    rest = rest.replace(number, "");
  }
  found.sort((a, b) => said.indexOf(a[1]) - said.indexOf(b[1]));
  return list(found.length ? found : ours.slice(0, 1));
}

// What a person hears: the answer without the list of sources.
function spoken(message) {
  const reply = message.reply;
  if (!reply) return message.text;
  const { answers: given = [] } = reply;
  const many = given.length > 1;
  const answers = given.map((one) => [many && one.title, one.text, one.ask, one.evidence].filter(Boolean).join(" "));
  const choices = (message.buttons || []).map(({ title }) => title).join("; ");
  return [reply.text, ...answers, reply.advice, choices].filter(Boolean).join(" ").replace(/\*\*/g, "");
}

function citation(source, texts) {
  const name = [source.name, source.year].filter(Boolean).join(" ");
  return el("li", {}, link(source.url, `${name}: ${source.title}`), source.kind ? ` (${source.kind})` : "",
    safeUrl(source.url || "") ? hiddenText(` ${texts.newTab}`) : null);
}

function folded(evidence, sources, texts) {
  if (!sources.length) return null;
  const count = fill(sources.length > 1 ? texts.sources : texts.source, { n: sources.length });
  return el("details", { class: "sources" },
    el("summary", {}, evidence ? el("span", { class: "grade" }, evidence) : null, " ", el("span", { class: "count" }, count)),
    el("ul", {}, ...sources.map((source) => citation(source, texts))));
}

function table({ caption, columns, rows }) {
  return el("table", {}, caption ? el("caption", {}, caption) : null,
    el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, String(name))))),
    el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((cell, index) =>
      el(index ? "td" : "th", { scope: index ? false : "row" }, String(cell)))))));
}

// The chart is an image, where nothing in it can run; its numbers are in a table too.
function chart({ chart: svg, alt, table: data }, texts) {
  const image = el("img", { src: `data:image/svg+xml,${encodeURIComponent(svg)}`, alt: alt || texts.chart });
  const rows = data ? el("details", {}, el("summary", {}, texts.table), el("div", { class: "wide" }, table(data))) : null;
  // A site's policy may forbid images of this kind.
  image.addEventListener("error", () => {
    image.remove();
    if (rows) rows.open = true;
  });
  return el("figure", {}, image, rows);
}

function body(message, texts, country) {
  const reply = message.reply;
  if (!reply) return markdown(message.text);
  const { answers = [], sources = [], lookup } = reply;
  const many = answers.length > 1;
  return [
    ...markdown(reply.text || ""),
    ...answers.flatMap((answer) => [
      many ? el("h3", {}, answer.title) : null,
      ...markdown(answer.text),
      el("p", { class: "ask" }, ...inline(answer.ask)),
      folded(answer.evidence, answer.sources, texts),
    ]),
    lookup?.chart ? chart(lookup, texts) : lookup?.table ? el("div", { class: "wide" }, table(lookup.table)) : null,
    folded("", sources, texts),
    isUrgent(message) ? toCall(texts, country, message.text) : null,
  ];
}

// The disclaimer and whom to talk to, last of all.
function caution({ reply }) {
  return reply ? el("p", { class: "small" }, `${reply.disclaimer || ""} ${reply.advice || ""}`) : null;
}
