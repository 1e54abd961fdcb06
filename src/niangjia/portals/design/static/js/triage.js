// Keys for long lists: a nicety over links, boxes and buttons that do the same. Off by one switch, kept on this device (WCAG 2.1.4);
// nothing is taken from fields, from keys with Ctrl, Alt or Meta, or from a screen reader, which keeps single keys to itself.
"use strict";

const KEPT = "niangjia-keys";
const list = document.querySelector("[data-triage]");
const dialog = document.getElementById("keys");
const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* the switch then lasts as long as the page */ } };
let isOn = kept(KEPT) !== "off";

const rows = () => [...list.querySelectorAll("[data-row]")];
const place = `niangjia-row:${location.pathname}${location.search}`; // a number: where the reader was when a row was opened
let last = Number(sessionStorage.getItem(place) ?? -1);

const current = () => document.activeElement?.closest("[data-row]") || rows()[last];

function go(step) {
  const all = rows(), at = document.activeElement?.closest("[data-row]");
  const from = at ? all.indexOf(at) : last;
  const next = Math.min(all.length - 1, Math.max(0, from + step));
  if (!all[next]) return;
  last = next;
  sessionStorage.setItem(place, String(next));
  all[next].querySelector("a").focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

// The pile one goes through: the rows of the list, kept for this tab when one of them is opened, so that the next follows from its page.
const PILE = "niangjia-pile";
list?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-row] a")) return;
  const found = rows().map((row) => row.querySelector("a").pathname);
  sessionStorage.setItem(PILE, JSON.stringify({ from: location.pathname + location.search, rows: found }));
});

const strip = document.querySelector("[data-pile]");

function showPile() {
  const pile = JSON.parse(sessionStorage.getItem(PILE) ?? "null");
  const at = pile?.rows.indexOf(location.pathname) ?? -1;
  if (at < 0) return;
  const lead = (name, address) => {
    const link = strip.querySelector(`[data-pile-${name}]`);
    link.hidden = !address;
    if (address) link.href = address;
  };
  lead("list", pile.from);
  lead("before", pile.rows[at - 1]);
  lead("next", pile.rows[at + 1]);
  strip.querySelector("[data-pile-at]").textContent = `${at + 1} / ${pile.rows.length}`;
  strip.hidden = false;
}
if (strip) showPile();

const leads = { j: "next", k: "before", u: "list" };

function follow(name) {
  const link = strip && !strip.hidden && strip.querySelector(`[data-pile-${name}]:not([hidden])`);
  link?.click?.();
  return Boolean(link);
}

function decide() {
  const first = document.querySelector("[data-decide]")?.querySelector("a, button, select, summary, textarea, input:not([type=hidden])");
  first?.focus();
  return Boolean(first);
}

function pick() {
  const box = current()?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function act(key) {
  const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!control) return false;
  if (control.matches("button")) {
    const boxes = [...control.form.querySelectorAll("input[type=checkbox]")];
    const own = current()?.querySelector("input[type=checkbox]");
    if (boxes.length && !boxes.some((box) => box.checked) && own) own.checked = true;
    control.click();
  } else {
    control.focus();
    control.select?.();
  }
  return true;
}

function openKeys() {
  dialog.querySelector("[data-keys-switch]").checked = isOn;
  dialog.showModal();
}

const moves = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || dialog.open) return;
  const at = event.target;
  if (at.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, [role=menu]")) return;
  if (!isOn) return;
  const isArrow = event.key.startsWith("Arrow");
  if (event.key in moves && list && (!isArrow || at.closest("[data-row]"))) go(moves[event.key]);
  else if (event.key === "x" && list && current()) pick();
  else if (event.key === "?") openKeys();
  else if (event.key in leads && !list) { if (!follow(leads[event.key])) return; }
  else if (event.key === "g") { if (!decide()) return; }
  else if (!(["f", "a", "/"].includes(event.key) && act(event.key))) return;
  event.preventDefault();
});

for (const button of document.querySelectorAll("[data-keys-open]")) {
  button.hidden = false;
  button.addEventListener("click", openKeys);
}
dialog.querySelector("[data-keys-switch]").addEventListener("change", (event) => {
  isOn = event.target.checked;
  keep(KEPT, isOn ? "on" : "off");
});

// How many are chosen, said aloud when it changes.
for (const form of document.querySelectorAll("form.pickable")) {
  const said = form.querySelector(".pick-count");
  if (!said) continue; // who only reads picks nothing
  const all = form.querySelector("[name=all]");
  const tell = () => {
    const count = form.querySelectorAll("[name=order]:checked").length;
    said.textContent = count && !all?.checked ? said.dataset.words.replace("#", count) : "";
    for (const row of form.querySelectorAll("[data-row]")) row.toggleAttribute("data-picked", row.querySelector("input")?.checked ?? false);
  };
  form.addEventListener("change", tell);
  addEventListener("pageshow", tell); // the browser brings the ticks back
}
