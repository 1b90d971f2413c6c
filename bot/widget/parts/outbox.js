// A conversation: kept in the browser, sent to the server in order. Each message has an id, and the server answers an id
// once, so a message may be sent again whenever it is not certain that it arrived.
const LONGEST_PAUSE = 30;
// The server gives a sign of life every five seconds while it works on a reply.
const SILENCE = 20000;
const ID = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

class Refused extends Error {
  constructor(status, error) {
    super(error.message);
    Object.assign(this, { status, code: error.code, wait: error.retry_after });
  }
}

class Conversation extends EventTarget {
  static all = new Map();

  // Widgets of one name share a conversation.
  static of(server, name, kind) {
    const key = `${server} ${name} ${kind}`;
    if (!this.all.has(key)) this.all.set(key, new Conversation(server, name, kind));
    return this.all.get(key);
  }

  constructor(server, name, kind) {
    super();
    this.server = server;
    this.shelf = new Shelf(`rls-guide.${name}.`, kind);
    this.lock = `rls-guide.${server}.${name}`;
    this.failures = 0;
    this.state = "";
    window.addEventListener("storage", (event) => {
      if (event.key === null || event.key.startsWith(this.shelf.prefix)) this.changed();
    });
    window.addEventListener("online", () => this.flush());
    window.addEventListener("offline", () => this.setState("offline"));
  }

  get entries() {
    const entries = this.shelf.names().filter((name) => name.startsWith("m.")).map((name) => this.shelf.get(name));
    return entries.filter(Boolean).sort((a, b) => a.n - b.n || (a.id < b.id ? -1 : 1));
  }

  get country() {
    return this.shelf.get("country") || this.defaultCountry;
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  setState(state, wait = 0) {
    if (state === this.state) return;
    Object.assign(this, { state, wait });
    this.dispatchEvent(new Event("state"));
  }

  // The server's time, since the visitor's clock may be wrong.
  now() {
    return Date.now() / 1000 + (this.shelf.get("offset") || 0);
  }

  put(entry) {
    this.shelf.set(`m.${entry.id}`, entry);
    this.changed();
  }

  add(text, shown) {
    const last = this.entries.at(-1);
    const entry = { id: ID(), n: Math.max(this.now(), last ? last.n + 0.001 : 0), text, shown, state: "waiting" };
    this.put(entry);
    this.flush();
    return entry;
  }

  again(entry) {
    this.put({ ...entry, state: "waiting", error: null });
    this.flush();
  }

  rate(id, helpful, word) {
    const entry = this.shelf.get(`m.${id}`);
    if (!entry) return;
    this.put({ ...entry, rated: { helpful, word, sent: false } });
    this.flush();
  }

  used(id, payload) {
    const entry = this.shelf.get(`m.${id}`);
    if (entry) this.put({ ...entry, used: [...(entry.used || []), payload] });
  }

  // One page sends at a time, so that the order holds over many tabs. Where the browser has no locks, the ids suffice.
  flush() {
    clearTimeout(this.timer);
    const drain = () => this.drain().catch(() => {});
    return navigator.locks ? navigator.locks.request(this.lock, drain) : drain();
  }

  async drain() {
    for (;;) {
      const entries = this.entries;
      const entry = entries.find(({ state }) => state === "waiting");
      const rated = entries.find((one) => one.rated && !one.rated.sent && one.state === "answered");
      if (!entry && !rated) return this.setState("");
      try {
        if (!navigator.onLine) throw new TypeError("offline");
        if (entry) await this.send(entry);
        else await this.sendRating(rated);
        this.failures = 0;
        this.setState("");
      } catch (error) {
        if (!this.pause(error, entry || rated)) return undefined;
      }
    }
  }

  // What to do about a failure: give this message up and go on, or wait and try all again.
  pause(error, entry) {
    const passing = !(error instanceof Refused) || error.status === 429 || error.status >= 500;
    if (!passing) {
      if (entry.state === "waiting") this.keep(entry, { state: "failed", error: error.message, code: error.code });
      else this.ratingDone(entry.id, entry.rated.helpful, entry.rated.word);
      return true;
    }
    this.failures += 1;
    const wait = error.wait || Math.min(LONGEST_PAUSE, 2 ** (this.failures - 1));
    this.setState(error.status === 429 ? "slow" : error.status ? "trouble" : "offline", wait);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait * 1000 * (1 + Math.random() / 4));
    return false;
  }

  // Changes an entry, unless it was deleted meanwhile.
  keep(entry, change) {
    const kept = this.shelf.get(`m.${entry.id}`);
    if (kept) this.put({ ...kept, ...change });
  }

  async request(method, path, body, signal) {
    const session = this.shelf.get("session");
    const headers = session && path !== "session" ? { Authorization: `Bearer ${session.session}` } : {};
    if (body) headers["Content-Type"] = "application/json";
    const response = await fetch(`${this.server}webhooks/web/${path}`, {
      method, headers, body: body && JSON.stringify(body), signal, credentials: "omit", cache: "no-store",
    });
    if (response.ok) return response;
    const { error } = await response.json().catch(() => ({ error: { message: `${response.status}` } }));
    throw new Refused(response.status, error);
  }

  async open(renewal) {
    const response = await this.request("POST", "session", renewal ? { renewal } : {});
    const session = await response.json();
    this.shelf.set("offset", session.now - Date.now() / 1000);
    this.shelf.set("session", session);
  }

  // A request with a session that is good: an old one is renewed, one that can't be is replaced.
  async authorised(method, path, body, signal) {
    if (!this.shelf.get("session")) await this.open();
    try {
      return await this.request(method, path, body, signal);
    } catch (error) {
      if (error.status !== 401) throw error;
      try {
        await this.open(this.shelf.get("session")?.renewal);
      } catch (refused) {
        if (refused.status !== 401) throw refused;
        await this.open();
      }
      return this.request(method, path, body, signal);
    }
  }

  async send(entry) {
    const giveUp = new AbortController();
    let alarm;
    const alive = () => {
      clearTimeout(alarm);
      alarm = setTimeout(() => giveUp.abort(), SILENCE);
    };
    alive();
    try {
      const body = { id: entry.id, text: entry.text, country: this.country };
      const response = await this.authorised("POST", "messages", body, giveUp.signal);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        alive();
        rest += decoder.decode(value, { stream: !done });
        const lines = rest.split("\n");
        rest = lines.pop();
        for (const line of lines) {
          const { type, now, code, message, ...answered } = JSON.parse(line);
          if (type === "reply") {
            this.shelf.set("offset", now - Date.now() / 1000);
            this.keep(entry, { ...answered, state: "answered" });
            return;
          }
          if (type === "error") throw new Refused(code === "deleted" ? 401 : 500, { code, message });
        }
        // The server went away in the middle: the same id is sent again.
        if (done) throw new TypeError("cut");
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  async sendRating({ id, rated: { helpful, word } }) {
    await this.authorised("POST", "feedback", { id, helpful, word });
    this.ratingDone(id, helpful, word);
  }

  // A word that was added meanwhile is still to be sent.
  ratingDone(id, helpful, word) {
    const rated = this.shelf.get(`m.${id}`)?.rated;
    if (rated?.helpful === helpful && rated.word === word) this.keep({ id }, { rated: { ...rated, sent: true } });
  }

  // Fetches what this browser does not have, for a visitor who returns.
  async recall() {
    if (!this.shelf.get("session")) return;
    const { turns, now } = await (await this.authorised("GET", "messages")).json();
    this.shelf.set("offset", now - Date.now() / 1000);
    for (const { text, ...turn } of turns) {
      const kept = this.shelf.get(`m.${turn.id}`);
      if (!turn.messages.length || kept?.state === "answered") continue;
      this.put({ n: turn.received, text, ...kept, ...turn, state: "answered" });
    }
  }

  async restart() {
    if (this.shelf.get("session")) await this.authorised("POST", "restart");
    this.clear();
  }

  async delete() {
    const session = this.shelf.get("session");
    const receipt = session ? await (await this.authorised("DELETE", "conversation")).json() : null;
    this.shelf.delete("session");
    this.clear();
    return receipt;
  }

  clear() {
    for (const name of this.shelf.names()) if (name.startsWith("m.") || name === "used") this.shelf.delete(name);
    this.changed();
  }
}
