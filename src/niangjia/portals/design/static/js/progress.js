// How far the work is, looked up every second or so; without this file the page loads itself anew.
"use strict";

const EVERY = 1200;
const shown = document.querySelector("[data-progress]");

async function look() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-progress]");
    if (!next) return location.reload(); // over, one way or another: the page says which
    shown.querySelector("progress").value = next.querySelector("progress").value;
    for (const part of ["[data-percent]", "[data-step]"]) {
      const text = next.querySelector(part).textContent;
      if (shown.querySelector(part).textContent !== text) shown.querySelector(part).textContent = text;
    }
  } catch { /* no network for a moment: the work goes on */ }
  setTimeout(look, EVERY);
}

if (shown) setTimeout(look, EVERY);
