// A conversation on paper, to take to a doctor or pharmacist.
function transcript(conversation, texts, when) {
  const turns = conversation.entries.map((entry) => {
    const said = (entry.messages || []).map((message) => message.text).join("\n\n");
    return `${texts.you}, ${when(entry.received || entry.n)}\n${entry.shown || entry.text}\n\n${texts.guide}\n${said || texts.unanswered}\n`;
  });
  return [texts.paper.title, texts.paper.about, "", ...turns].join("\n");
}

function save(text, name) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// A window of its own, since the host page's style for paper is not ours. False where the browser allows none.
function print(conversation, texts, when) {
  const paper = window.open("", "_blank");
  if (!paper) return false;
  const body = paper.document.body;
  const say = (tag, ...children) => body.append(el(tag, {}, ...children));
  paper.document.title = texts.paper.title;
  paper.document.documentElement.lang = texts.lang;
  paper.document.documentElement.dir = texts.dir;
  say("h1", texts.paper.title);
  say("p", texts.paper.about);
  for (const entry of conversation.entries) {
    say("h2", entry.shown || entry.text);
    say("p", el("small", {}, when(entry.received || entry.n)));
    for (const message of entry.messages || []) body.append(...markdown(message.text));
  }
  paper.focus();
  paper.print();
  return true;
}
