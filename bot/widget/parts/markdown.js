// Text becomes nodes, never markup: what is not on the short list below is shown as it was written.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function safeUrl(url) {
  return /^(https?:\/\/|tel:)/i.test(url) && URL.canParse?.(url) !== false ? url : null;
}

function link(url, ...children) {
  const safe = safeUrl(String(url || ""));
  if (!safe) return el("span", {}, ...children);
  const elsewhere = !safe.toLowerCase().startsWith("tel:");
  return el("a", { href: safe, target: elsewhere && "_blank", rel: elsewhere && "noopener noreferrer" }, ...children);
}

// Bold, a link, or an address that stands alone.
const INLINE = /\*\*([^*\n]+)\*\*|\[([^\][\n]+)\]\(([^()\s]+)\)|(https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?])/g;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[1]) nodes.push(el("strong", {}, found[1]));
    else nodes.push(link(found[3] || found[4], found[2] || found[4]));
  }
  return [...nodes, text.slice(end)];
}

// Paragraphs, lists and line ends.
function markdown(text) {
  return String(text).split(/\n{2,}/).filter((block) => block.trim()).map((block) => {
    const lines = block.split("\n");
    if (lines.every((line) => /^\s*[-•] /.test(line))) {
      return el("ul", {}, ...lines.map((line) => el("li", {}, ...inline(line.replace(/^\s*[-•] /, "")))));
    }
    return el("p", {}, ...lines.flatMap((line, index) => (index ? [el("br"), ...inline(line)] : inline(line))));
  });
}
