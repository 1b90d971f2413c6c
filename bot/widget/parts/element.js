// The element itself: launcher, dialog, log, field. It lives in a shadow tree, so that neither page nor widget restyles the other.
const CONTROLS = "button, a, summary, input";

class RlsGuide extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this.turns = new Map();
    this.told = new Set();
  }

  async connectedCallback() {
    if (this.started) return;
    this.started = true;
    this.server = new URL(this.getAttribute("server") || HOME, document.baseURI).href;
    const lang = this.getAttribute("lang") || "en";
    const get = async (path) => {
      const response = await fetch(this.server + path, { credentials: "omit" });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return response;
    };
    const [css, texts] = await Promise.all([
      get("widget.css").then((response) => response.text()),
      get(`texts/${lang}.json`).catch(() => get("texts/en.json")).then((response) => response.json()),
    ]);
    this.texts = texts;
    this.addStyle(css);
    const kind = this.getAttribute("keep") === "session" ? "sessionStorage" : "localStorage";
    this.conversation = Conversation.of(this.server, this.getAttribute("name") || "main", kind);
    this.conversation.defaultCountry = this.getAttribute("country") || COUNTRY;
    this.build();
    this.conversation.addEventListener("change", () => this.sync());
    this.conversation.addEventListener("state", () => this.showState());
    this.conversation.entries.forEach(({ id, state }) => state === "answered" && this.told.add(id));
    this.sync();
    if (this.inline || this.hasAttribute("open") || this.tab.get("open")) this.open(false);
    this.conversation.recall().catch(() => {});
    this.conversation.flush();
    this.dispatchEvent(new Event("ready"));
  }

  get inline() {
    return this.hasAttribute("inline");
  }

  // What belongs to this tab alone: whether the chat is open, and what is half written.
  get tab() {
    return new Shelf(`${this.conversation.shelf.prefix}tab.`, "sessionStorage");
  }

  addStyle(css) {
    try {
      // The one way to add a style that a strict policy of the page does not forbid.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      this.shadowRoot.adoptedStyleSheets = [sheet];
    } catch {
      this.shadowRoot.append(el("style", {}, css));
    }
  }

  build() {
    const t = this.texts;
    this.launcher = button(t.launcher, () => this.open(), { class: "launcher", "aria-expanded": "false" });
    this.drawer = el("div", { class: "drawer", id: "drawer", hidden: true });
    const opener = (text, name) => button(text, () => this.toggle(name), { "aria-expanded": "false", "aria-controls": "drawer", "data-drawer": name });
    this.log = el("div", { class: "log", role: "log", "aria-live": "off", "aria-label": t.log, "aria-describedby": "log-help",
      keydown: (event) => this.moveInLog(event), focusin: (event) => this.makeCurrent(event.target.closest("article")) });
    this.banner = el("p", { class: "banner", hidden: true });
    this.field = el("textarea", { id: "field", rows: "1", placeholder: t.placeholder, autocomplete: "off", enterkeyhint: "send",
      input: () => this.fieldChanged(), keydown: (event) => this.keyInField(event) });
    this.warning = el("p", { class: "warning", id: "warning", hidden: true });
    this.panel = el("section", { class: "panel", role: this.inline ? "region" : "dialog", "aria-labelledby": "title", hidden: true,
      keydown: (event) => this.keyInPanel(event) },
      el("header", {}, el("h2", { id: "title" }, t.title),
        el("div", { class: "bar" }, opener(t.emergency, "emergency"), opener(t.menu, "menu"),
          this.inline ? null : button(t.close, () => this.close()))),
      this.drawer, this.log, el("p", { id: "log-help", class: "hidden" }, t.logHelp), this.banner,
      el("form", { class: "composer", submit: (event) => this.submit(event) },
        el("label", { for: "field", class: "hidden" }, t.field), this.field, el("button", { class: "primary" }, t.send)),
      this.warning, el("p", { class: "disclaimer" }, t.disclaimer));
    // Regions that are there from the start and hold only what is new are read out reliably; a log that is filled is not.
    this.voice = el("div", { class: "hidden", "aria-live": "polite" });
    this.alarm = el("div", { class: "hidden", role: "alert" });
    this.root = el("div", { class: "root", lang: t.lang, dir: this.getAttribute("dir") || t.dir }, this.launcher, this.panel, this.voice, this.alarm);
    this.shadowRoot.append(this.root);
    this.launcher.hidden = this.inline;
    this.field.value = this.tab.get("draft") || "";
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const theme = () => this.root.classList.toggle("dark", this.getAttribute("theme") === "dark" || (this.getAttribute("theme") !== "light" && dark.matches));
    dark.addEventListener("change", theme);
    this.applyTheme = theme;
    theme();
    // On a phone the keyboard covers the page's foot; what is left of the screen is for the chat.
    const fit = () => {
      this.root.style.setProperty("--height", `${visualViewport.height}px`);
      this.root.style.setProperty("--top", `${visualViewport.offsetTop}px`);
      if (this.shadowRoot.activeElement === this.field) this.log.scrollTop = this.log.scrollHeight;
    };
    window.visualViewport?.addEventListener("resize", fit);
    window.visualViewport?.addEventListener("scroll", fit);
    if (window.visualViewport) fit();
    this.greet();
    this.fieldChanged();
  }

  static observedAttributes = ["theme"];

  attributeChangedCallback() {
    this.applyTheme?.();
  }

  // Opening and closing.

  open(byPerson = true) {
    if (!this.panel) return void this.setAttribute("open", "");
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.root.classList.add("opened");
    this.launcher.textContent = this.texts.launcher;
    if (!this.inline) this.tab.set("open", true);
    this.scrollToEnd();
    if (byPerson) {
      this.field.focus();
      this.dispatchEvent(new Event("open"));
    }
  }

  close() {
    if (this.inline) return;
    this.panel.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.root.classList.remove("opened");
    this.tab.delete("open");
    this.launcher.focus();
    this.dispatchEvent(new Event("close"));
  }

  ask(text) {
    if (!this.conversation) return void this.addEventListener("ready", () => this.ask(text), { once: true });
    if (this.panel.hidden) this.open();
    this.conversation.add(text);
  }

  keyInPanel(event) {
    // Shortcuts of the page are not meant while somebody writes here.
    event.stopPropagation();
    if (event.key !== "Escape" || event.isComposing) return;
    const opener = this.drawer.hidden ? null : this.shadowRoot.querySelector("[aria-expanded=true][data-drawer]");
    if (opener) {
      this.toggle(null);
      opener.focus();
    } else this.close();
  }

  // The field.

  fieldChanged() {
    const longest = this.conversation.shelf.get("session")?.longest || 2000;
    const tooLong = this.field.value.length > longest;
    this.warning.hidden = !tooLong;
    this.warning.textContent = tooLong ? fill(this.texts.tooLong, { n: longest }) : "";
    this.field.setAttribute("aria-invalid", tooLong);
    if (tooLong) this.field.setAttribute("aria-describedby", "warning");
    else this.field.removeAttribute("aria-describedby");
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
    this.tab.set("draft", this.field.value);
    return !tooLong;
  }

  keyInField(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    if (!this.fieldChanged()) return void this.say(this.warning.textContent, true);
    this.field.value = "";
    this.fieldChanged();
    this.conversation.add(text);
  }

  // The log.

  greet() {
    const t = this.texts;
    const { shelf } = this.conversation;
    const used = shelf.get("used") || [];
    const examples = t.examples.map((title) => ({ title, payload: title }));
    const greeting = this.article(t.guide, null, [...markdown(t.greeting),
      this.choices(examples, used, (payload) => shelf.set("used", [...(shelf.get("used") || []), payload]))], "guide");
    const notice = shelf.get("understood") ? null : this.article(t.privacy, null, [el("p", {}, t.privacyText),
      button(t.understood, () => {
        shelf.set("understood", true);
        notice.remove();
        this.makeCurrent(greeting);
        greeting.focus();
      }, { class: "primary" })], "notice");
    this.log.replaceChildren(...[notice, greeting].filter(Boolean));
    this.makeCurrent(greeting);
  }

  article(who, at, content, kind) {
    const id = `a${(this.count = (this.count || 0) + 1)}`;
    const time = at && el("time", { datetime: new Date(at * 1000).toISOString() }, this.time(at));
    const head = el("p", { class: "head", id }, who, time && ", ", time);
    const inner = el("div", { class: "body", id: `${id}b` }, ...content);
    for (const control of inner.querySelectorAll(CONTROLS)) control.tabIndex = -1;
    return el("article", { class: kind, tabindex: "-1", "aria-labelledby": id, "aria-describedby": `${id}b` }, head, inner);
  }

  // Today an hour is enough.
  time(at) {
    const when = new Date(at * 1000);
    const today = new Date(this.conversation.now() * 1000).toDateString() === when.toDateString();
    return when.toLocaleString(this.texts.lang, { hour: "numeric", minute: "2-digit", ...(today ? {} : { day: "numeric", month: "short" }) });
  }

  sync() {
    const entries = this.conversation.entries;
    const ids = new Set(entries.map(({ id }) => id));
    for (const [id, turn] of this.turns) {
      if (ids.has(id)) continue;
      turn.node.remove();
      this.turns.delete(id);
    }
    let before = null;
    for (const entry of [...entries].reverse()) {
      const turn = this.turns.get(entry.id) || { node: el("div", { class: "turn" }) };
      const isNew = !this.turns.has(entry.id);
      this.turns.set(entry.id, turn);
      const shape = `${entry.state} ${entry.answered} ${entry.error}`;
      if (turn.shape !== shape) {
        turn.shape = shape;
        this.fillTurn(turn.node, entry);
      }
      // A node that is in its place is not moved: moving it would lose the focus inside.
      if (turn.node.nextElementSibling !== before || !turn.node.parentNode) this.log.insertBefore(turn.node, before);
      before = turn.node;
      if (isNew && entry.state !== "answered") this.scrollToEnd();
      if (entry.state === "answered" && !this.told.has(entry.id)) this.tell(entry, turn.node);
    }
    if (!this.log.querySelector("[tabindex='0']")) this.makeCurrent(this.log.querySelector("article:last-of-type"));
  }

  fillTurn(node, entry) {
    const t = this.texts;
    const hadFocus = node.contains(this.shadowRoot.activeElement);
    const status = { waiting: this.conversation.state && t.waiting, failed: fill(t.failed, { why: entry.error || "" }) }[entry.state];
    const said = el("p", {}, entry.shown || entry.text);
    const you = this.article(t.you, entry.received || entry.n, [said,
      status ? el("p", { class: "status" }, status) : null,
      entry.state === "failed" ? button(t.again, () => this.conversation.again(entry)) : null].filter(Boolean), "you");
    const rest = entry.state === "answered" ? entry.messages.map((message, index) => this.answer(entry, message, index))
      : entry.state === "waiting" && !this.conversation.state ? [el("p", { class: "typing" }, t.looking, el("span", { "aria-hidden": "true" }, "…"))] : [];
    node.replaceChildren(you, ...rest);
    if (hadFocus) you.focus();
  }

  answer(entry, message, index) {
    const t = this.texts;
    const kind = `guide ${isUrgent(message) ? "safety" : ""}`;
    const content = body(message, t, this.conversation.country);
    if (message.buttons.length) {
      content.push(this.choices(message.buttons, entry.used || [], (payload) => this.conversation.used(entry.id, payload)));
    }
    content.push(caution(message));
    if (!index) content.push(this.tools(entry));
    return this.article(t.guide, entry.answered, content.filter(Boolean), kind);
  }

  // Choices stay when they were used, so that the conversation reads as it was; a second press does nothing.
  choices(buttons, used, use) {
    const mark = (node) => {
      node.setAttribute("aria-disabled", "true");
      node.append(hiddenText(` ${this.texts.asked}`));
    };
    return el("div", { class: "choices", role: "group", "aria-label": this.texts.choices }, ...buttons.map(({ title, payload }) => {
      const node = button(title, () => {
        if (node.getAttribute("aria-disabled")) return;
        mark(node);
        use(payload);
        this.conversation.add(payload, title);
      });
      if (used.includes(payload)) mark(node);
      return node;
    }));
  }

  tools(entry) {
    const t = this.texts;
    const note = el("span", { class: "note" });
    const report = (text) => {
      note.textContent = text;
      this.say(text);
    };
    const copy = button(t.copy, async () => {
      try {
        await navigator.clipboard.writeText(entry.messages.map(({ text }) => text).join("\n\n"));
        report(t.copied);
      } catch {
        report(t.notCopied);
      }
    });
    const word = el("input", { "aria-label": t.word, placeholder: t.word, maxlength: "1000", keydown: (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      // Or the key would press what gets the focus next.
      event.preventDefault();
      send();
    } });
    const form = el("div", { class: "word", hidden: true }, word, button(t.send, () => send()));
    const thumbs = [[t.up, true], [t.down, false]].map(([text, helpful]) => button(text, () => {
      this.conversation.rate(entry.id, helpful, "");
      choose(helpful);
      form.hidden = false;
      report(t.thanks);
    }, { "aria-pressed": "false" }));
    const choose = (helpful) => thumbs.forEach((thumb, index) => thumb.setAttribute("aria-pressed", helpful === !index));
    const send = () => {
      const chosen = thumbs.findIndex((thumb) => thumb.getAttribute("aria-pressed") === "true");
      this.conversation.rate(entry.id, !chosen, word.value.trim());
      thumbs[chosen].focus();
      word.value = "";
      form.hidden = true;
      report(t.thanks);
    };
    if (entry.rated) choose(entry.rated.helpful);
    return el("div", { class: "tools" }, copy, ...thumbs, note, form);
  }

  // A new answer is shown from its beginning and said once, as plain text.
  tell(entry, node) {
    this.told.add(entry.id);
    const danger = entry.messages.some(isUrgent);
    this.log.scrollTop = node.offsetTop;
    this.makeCurrent(node.lastElementChild);
    if (document.visibilityState === "visible") this.say(entry.messages.map(spoken).join(" "), danger);
    if (this.panel.hidden) this.launcher.textContent = this.texts.unread;
    this.dispatchEvent(new CustomEvent("reply", { detail: { id: entry.id } }));
  }

  say(text, urgent = false) {
    const region = urgent ? this.alarm : this.voice;
    const line = el("p", {}, text);
    region.append(line);
    // What was said is gone before somebody reads through the page and finds it twice.
    setTimeout(() => line.remove(), 10000);
  }

  makeCurrent(article) {
    if (!article) return;
    for (const other of this.log.querySelectorAll("article[tabindex='0']")) other.tabIndex = -1;
    article.tabIndex = 0;
  }

  moveInLog(event) {
    if (event.target.matches("input") || event.altKey || event.ctrlKey || event.metaKey) return;
    const rtl = getComputedStyle(this.root).direction === "rtl";
    const articles = [...this.log.querySelectorAll("article")];
    const here = event.target.closest("article");
    const at = articles.indexOf(here);
    const controls = here ? [here, ...[...here.querySelectorAll(CONTROLS)].filter((node) => node.checkVisibility?.() ?? true)] : [];
    const inside = controls.indexOf(event.target);
    const goal = {
      ArrowUp: articles[at - 1], ArrowDown: articles[at + 1], Home: articles[0], End: articles.at(-1),
      [rtl ? "ArrowRight" : "ArrowLeft"]: controls[inside - 1], [rtl ? "ArrowLeft" : "ArrowRight"]: controls[inside + 1],
    };
    if (!(event.key in goal)) return;
    event.preventDefault();
    goal[event.key]?.focus();
  }

  scrollToEnd() {
    this.log.scrollTop = this.turns.size ? this.log.scrollHeight : 0;
  }

  // The state of the connection.

  showState() {
    const { state } = this.conversation;
    const text = state ? this.texts[state] : this.banner.hidden ? "" : this.texts.back;
    this.banner.hidden = !state;
    this.banner.textContent = state ? text : "";
    if (text) this.say(text);
    for (const entry of this.conversation.entries) {
      const turn = this.turns.get(entry.id);
      if (turn && entry.state === "waiting") this.fillTurn(turn.node, entry);
    }
    this.scrollToEnd();
  }

  // The drawer: emergency numbers, menu and what the menu leads to.

  toggle(name) {
    const openers = [...this.shadowRoot.querySelectorAll("[data-drawer]")];
    const isOpen = openers.some((opener) => opener.dataset.drawer === name && opener.getAttribute("aria-expanded") === "true");
    const shown = isOpen ? null : name;
    for (const opener of openers) opener.setAttribute("aria-expanded", opener.dataset.drawer === shown);
    this.drawer.hidden = !shown;
    this.drawer.replaceChildren(...(shown ? this[shown]() : []));
  }

  show(...nodes) {
    this.drawer.replaceChildren(...nodes);
    // What was pressed is gone, so the focus goes where the answer is.
    const first = this.drawer.querySelector("[tabindex='-1']");
    first?.focus();
  }

  emergency() {
    const t = this.texts;
    const list = el("div", {}, numbers(t, this.conversation.country));
    const select = el("select", { id: "country", change: () => {
      this.conversation.shelf.set("country", select.value);
      list.replaceChildren(numbers(t, select.value));
    } }, ...Object.entries(t.countries).map(([code, name]) => el("option", { value: code, selected: code === this.conversation.country }, name)));
    return [list, el("p", {}, el("label", { for: "country" }, `${t.country} `), select)];
  }

  menu() {
    const t = this.texts;
    const when = (at) => this.time(at);
    const paper = () => save(transcript(this.conversation, t, when), t.paper.file);
    return [el("div", { class: "menu" },
      button(t.save, paper), button(t.print, () => print(this.conversation, t, when) || paper()),
      button(t.restart, () => this.confirm(t.restartAsk, t.restart, () => this.conversation.restart().then(() => this.renew()))),
      button(t.delete, () => this.confirm(t.deleteAsk, t.deleteYes, () => this.conversation.delete().then((receipt) => this.renew(receipt || {})))),
      button(t.privacy, () => this.show(el("p", { tabindex: "-1" }, t.privacyText),
        this.getAttribute("privacy") ? el("p", {}, link(new URL(this.getAttribute("privacy"), document.baseURI).href, t.privacyMore)) : "")))];
  }

  confirm(question, yes, act) {
    const t = this.texts;
    const fail = (error) => this.show(el("p", { tabindex: "-1" }, fill(t.notDone, { why: error instanceof Refused ? error.message : t.unreachable })));
    this.show(el("p", { tabindex: "-1" }, question), el("div", { class: "menu" },
      button(yes, () => act().catch(fail), { class: "primary" }),
      button(t.keep, () => {
        this.toggle(null);
        this.field.focus();
      })));
  }

  renew(receipt) {
    const t = this.texts;
    this.told.clear();
    this.greet();
    this.toggle(null);
    if (!receipt) return this.field.focus();
    const text = receipt.receipt ? fill(t.deleted, { n: receipt.messages, time: this.time(receipt.at), receipt: receipt.receipt }) : t.deletedHere;
    this.toggle("menu");
    return this.show(el("p", { tabindex: "-1", class: "receipt" }, text));
  }
}

// A script tag is enough; a page that wants more says where, with an element of its own.
if (!customElements.get("rls-guide")) customElements.define("rls-guide", RlsGuide);
const place = () => {
  const options = { ...SCRIPT.dataset };
  const name = options.name || "main";
  if ([...document.querySelectorAll("rls-guide")].some((one) => (one.getAttribute("name") || "main") === name)) return;
  document.body.append(el("rls-guide", options));
};
if (SCRIPT?.dataset.manual === undefined) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
}
