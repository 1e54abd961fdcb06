// Niceties only: every page does its work without this file.
"use strict";

// A choice in a filter bar is a wish to see it.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
});

// Where one is stands in sight, also when the list of pages is longer than the screen.
for (const here of document.querySelectorAll(".side-links [aria-current]")) {
  const list = here.closest(".side-links"), top = here.offsetTop - list.offsetTop;
  if (top + here.offsetHeight > list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
}

// Past the menus without a mark in the address: a form sent from there would come back to the mark, not to what was refused.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});

// The page of a form that was refused is the answer to a sending: gone back to, it would be the browser's page of an error. As a page of its
// own it opens anew. Only for forms that send to where they are; other addresses do not open as a page.
if (document.querySelector("main form[method=post]:not([action])")) history.replaceState(history.state, "", location.href);

// One press sends once: a second would only be refused, but it worries people.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
  if (event.submitter?.matches("button")) setTimeout(() => { if (!event.defaultPrevented) onItsWay(event.submitter); });
});

// What takes more than a second shows that it is on its way: the button turns, a line runs along the top, and a reader is told once.
let waiting = 0;
const arrived = () => {
  clearTimeout(waiting);
  document.querySelector(".on-its-way")?.remove();
  for (const button of document.querySelectorAll("[aria-busy][data-was]")) {
    button.innerHTML = button.dataset.was;
    button.removeAttribute("aria-busy");
    delete button.dataset.was;
  }
};
const onItsWay = (pressed) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (pressed) {
      pressed.dataset.was = pressed.innerHTML;
      if (pressed.dataset.busy) pressed.textContent = pressed.dataset.busy;
      pressed.setAttribute("aria-busy", "true");
    }
    const line = document.createElement("div");
    line.className = "on-its-way";
    line.setAttribute("role", "status");
    line.setAttribute("aria-label", document.body.dataset.onItsWay);
    document.body.append(line);
    setTimeout(arrived, 60000); // a download leaves the page where it is
  }, pressed?.dataset.busy ? 0 : 700);
  if (pressed?.form?.hasAttribute("data-again")) setTimeout(arrived, 4000);
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.hasAttribute("download")) return;
  if (link.origin === location.origin && (link.pathname !== location.pathname || link.search !== location.search)) onItsWay(null);
});
document.addEventListener("submit", (event) => {
  if (event.target.method === "get") setTimeout(() => { if (!event.defaultPrevented) onItsWay(null); });
});
addEventListener("pagehide", arrived);
addEventListener("pageshow", arrived);

// Another language or look shows the same page: what was typed goes along, in this tab, until the page is there.
const TYPED = "niangjia-typed";
const typable = () => [...document.querySelectorAll("main form:not([data-visit])")].flatMap((form, place) => [...form.elements]
  .filter((each) => each.name && each.matches("textarea, select:not([multiple]), input:not([type=hidden], [type=password], [type=file])"))
  .map((each, nth) => [`${place} ${nth} ${each.name}`, each]));
const isTick = (each) => each.matches("[type=checkbox], [type=radio]");
for (const form of document.querySelectorAll("form[data-keeps-typing]")) {
  form.addEventListener("submit", () => {
    const values = typable().map(([key, each]) => [key, isTick(each) ? each.checked : each.value]);
    sessionStorage.setItem(TYPED, JSON.stringify({ page: form.elements.next.value.split("?")[0], values }));
  });
}
const typed = JSON.parse(sessionStorage.getItem(TYPED));
sessionStorage.removeItem(TYPED);
if (typed?.page === location.pathname) {
  const values = new Map(typed.values);
  for (const [key, each] of typable()) {
    const kind = isTick(each) ? "checked" : "value";
    if (!values.has(key) || values.get(key) === each[kind]) continue;
    each[kind] = values.get(key);
    for (let fold = each.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }
}

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
