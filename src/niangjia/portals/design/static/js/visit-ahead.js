// On the page of an order: its visit form is put onto the device, sealed, so that it opens where there is no network.
import { bringForm, bringWorker } from "./visit-form.js";

const link = document.querySelector("a[data-visit-of]");
if (link) bringWorker().then(() => bringForm(link.href, Number(link.dataset.visitOf))).then((isHere) => {
  const said = document.querySelector("[data-ready]");
  if (isHere && said) said.hidden = false;
}).catch(() => {});

for (const words of document.querySelectorAll("[data-fills]")) {
  for (const button of words.querySelectorAll("button")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = document.getElementById(words.dataset.fills);
      field.value = button.textContent;
      field.focus();
    });
  }
}
