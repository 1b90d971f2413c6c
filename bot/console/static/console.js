// Keys for the console. Everything works without it; it only presses what is on the page.
"use strict";

const STORED = "rls-console-keys";
const help = document.getElementById("help");
const items = () => [...document.querySelectorAll("[data-item]")];
const target = (item) => item.querySelector("a[href^='/conversations/'], summary, button, input") || item;

function keysAreOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

function move(step) {
  const all = items();
  if (!all.length) return;
  const now = all.findIndex((item) => item.contains(document.activeElement));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  const focused = next.tabIndex === -1 && next.matches("article") ? next : target(next);
  focused.focus();
  next.scrollIntoView({ block: "nearest" });
}

function press(element) {
  if (element.matches("input:not([type=checkbox]), textarea, select")) element.focus();
  else element.click();
}

function listKeys() {
  const rows = [["?", "These keys"]];
  if (items().length) rows.push(["j", "Down"], ["k", "Up"], ["Enter", "Open"]);
  for (const element of document.querySelectorAll("[data-key]")) rows.push([element.dataset.key, element.dataset.what]);
  const list = help.querySelector("dl");
  list.replaceChildren();
  for (const [key, what] of rows) {
    const term = document.createElement("dt");
    const name = document.createElement("kbd");
    name.textContent = key;
    term.append(name);
    const said = document.createElement("dd");
    said.textContent = what;
    list.append(term, said);
  }
}

function showHelp() {
  listKeys();
  help.showModal();
}

if (help) {
  const button = document.querySelector("[data-help]");
  button.hidden = false;
  button.addEventListener("click", showHelp);
  const box = help.querySelector("[data-keys]");
  box.checked = keysAreOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, box.checked ? "on" : "off");
    } catch {
      // Without storage the keys are on again on the next page.
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (!help || help.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  if (event.key === "?") {
    event.preventDefault();
    showHelp();
    return;
  }
  if (!keysAreOn()) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
    return;
  }
  const here = document.activeElement.closest("[data-item]");
  const element =
    (here && here.querySelector(`[data-own-key="${CSS.escape(event.key)}"]`)) ||
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (element) {
    event.preventDefault();
    press(element);
  }
});

// A choice that sends its form at once, where there is no button to press.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
