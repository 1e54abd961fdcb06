// Niceties only: every page does its work without this file.
"use strict";

// A choice in a filter bar is a wish to see it.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
});

// One press sends once: a second would only be refused, but it worries people.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
  const pressed = event.submitter;
  if (pressed?.dataset.busy) { // what takes its time says so
    pressed.textContent = pressed.dataset.busy;
    pressed.setAttribute("aria-busy", "true");
  }
});

// What was refused, or the first field to correct, is where the reader should be.
const first = document.querySelector("#refusal, .is-invalid");
if (first) first.focus({ preventScroll: false });

// Close an open menu by Escape or by a press elsewhere.
const closeMenus = (keep) => document.querySelectorAll("details.who[open], details.menu[open], details.more[open]:not([data-stays])").forEach((each) => {
  if (!each.contains(keep)) each.removeAttribute("open");
});
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(null); });

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A head cell that ticks its whole column.
for (const cell of document.querySelectorAll("th[data-all]")) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "form-check-input";
  all.setAttribute("aria-label", cell.dataset.all);
  const boxes = [...cell.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  cell.append(all);
}

// Typing is not idleness: a long form does not end the session, so that nothing typed is lost.
let stayed = Date.now();
document.addEventListener("input", () => {
  if (!document.body.dataset.stay || Date.now() - stayed < 120000) return;
  stayed = Date.now();
  fetch(document.body.dataset.stay, { credentials: "same-origin", redirect: "manual" }).catch(() => {});
});
