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
  const nodes = [];
  for (const block of String(text).split(/\n{2,}/)) {
    let kind = "";
    for (const line of block.split("\n").filter((one) => one.trim())) {
      const item = /^\s*[-•] (.*)/.exec(line);
      if (item && kind !== "ul") nodes.push(el("ul"));
      else if (!item && kind !== "p") nodes.push(el("p"));
      else if (!item) nodes.at(-1).append(el("br"));
      kind = item ? "ul" : "p";
      nodes.at(-1).append(...(item ? [el("li", {}, ...inline(item[1]))] : inline(line)));
    }
  }
  return nodes;
}
