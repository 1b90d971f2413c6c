// Where this script came from is where the guide is.
const SCRIPT = document.currentScript;
const HOME = new URL(".", SCRIPT?.src || document.baseURI).href;
// What is kept in the browser, under one prefix. Where the browser forbids storage or has no room, memory takes its place.
class Shelf {
  constructor(prefix, kind) {
    this.prefix = prefix;
    this.memory = new Map();
    try {
      this.area = window[kind];
    } catch {
      this.area = null;
    }
  }

  get(name) {
    if (this.memory.has(name)) return this.memory.get(name);
    try {
      return JSON.parse(this.area.getItem(this.prefix + name));
    } catch {
      return null;
    }
  }

  set(name, value) {
    try {
      this.area.setItem(this.prefix + name, JSON.stringify(value));
      this.memory.delete(name);
    } catch {
      this.memory.set(name, value);
    }
  }

  delete(name) {
    this.memory.delete(name);
    try {
      this.area.removeItem(this.prefix + name);
    } catch {
      // It was only in memory.
    }
  }

  names() {
    const kept = this.area ? Object.keys(this.area) : [];
    const names = kept.filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length));
    return [...new Set([...names, ...this.memory.keys()])];
  }
}
