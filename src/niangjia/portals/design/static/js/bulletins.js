// The editor's preview follows what is typed. The page does all its work without this file.
"use strict";

const form = document.querySelector("[data-bulletin]"), preview = document.querySelector("[data-preview]");
const CHIP = /〔([^〔〕：]{1,60})：([^〔〕]{0,60})〕/g;

const line = (name, text, look) => {
  const place = document.createElement(name);
  if (look) place.className = look;
  let at = 0;
  for (const found of text.matchAll(CHIP)) {
    place.append(text.slice(at, found.index));
    const mark = document.createElement("mark");
    mark.className = "figure";
    mark.title = found[1];
    mark.textContent = found[2];
    place.append(mark);
    at = found.index + found[0].length;
  }
  place.append(text.slice(at));
  return place;
};

const draw = () => {
  const blocks = [...form.querySelectorAll(".bulletin-block")].map((block) => ({
    kind: block.querySelector("select").value,
    order: Number(block.querySelector("input").value) || 0,
    text: block.querySelector("textarea").value.trim(),
  })).filter((block) => block.text).sort((one, other) => one.order - other.order);
  const to = form.elements.to.value.trim();
  preview.replaceChildren(
    line("p", form.elements.title.value, "bulletin-title"),
    ...(to ? [line("p", `${to}：`, "bulletin-to")] : []),
    ...blocks.map((block) => line(block.kind === "heading" ? "h3" : "p", block.text)),
  );
};

if (form && preview) form.addEventListener("input", draw);
