// The cockpit's niceties: the months on a slider, a chart or the map as a picture. The page does all its work without this file.
"use strict";

for (const slider of document.querySelectorAll("[data-slides]")) {
  const choice = document.getElementById(slider.dataset.slides), last = choice.options.length - 1;
  const say = () => slider.setAttribute("aria-valuetext", choice.options[last - slider.value].text); // the newest stands first in the list
  slider.value = last - choice.selectedIndex;
  slider.hidden = false;
  say();
  slider.addEventListener("input", () => { choice.selectedIndex = last - slider.value; say(); });
  slider.addEventListener("change", () => choice.form.requestSubmit());
}

const PAGE = getComputedStyle(document.documentElement), CARD = PAGE.getPropertyValue("--nj-card").trim(), INKED = PAGE.getPropertyValue("--nj-ink").trim();
const WIDTH = 1200, HEIGHT = 640, HEAD = 56;

const hand = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};

/** The chart drawn anew, with its title, at a size for a slide. */
const again = (chart, title, renderer) => {
  const place = document.createElement("div");
  place.style.cssText = `position:fixed;left:-9999px;top:0;width:${WIDTH}px;height:${HEIGHT}px`;
  document.body.append(place);
  const other = window.echarts.init(place, null, { renderer, width: WIDTH, height: HEIGHT, devicePixelRatio: 2 });
  const option = chart.getOption();
  const down = (one) => ({ ...one, top: (Number.parseFloat(one.top) || 0) + HEAD });
  other.setOption({ ...option, animation: false, backgroundColor: CARD, title: [{ text: title, left: 16, top: 14, textStyle: { color: INKED, fontSize: 18 } }], grid: option.grid?.map(down), legend: option.legend?.map(down) });
  return { other, end: () => { other.dispose(); place.remove(); } };
};

const LOOK = ["fill", "stroke", "stroke-width", "font-family", "font-size", "font-weight", "text-anchor", "display"];

/** A drawing of the page by itself: its colours and letters written into it, with its title above. */
const alone = (svg, title) => {
  const copy = svg.cloneNode(true), were = [...svg.querySelectorAll("*")], are = [...copy.querySelectorAll("*")];
  are.forEach((each, place) => {
    const look = getComputedStyle(were[place]);
    for (const name of LOOK) if (look.getPropertyValue(name)) each.setAttribute(name, look.getPropertyValue(name));
  });
  for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  const [left, top, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const size = { width: width + 32, height: height + HEAD + 16 };
  const made = (name, said, words = "") => {
    const each = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(said)) each.setAttribute(key, value);
    each.textContent = words;
    return each;
  };
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `${left - 16} ${top - HEAD} ${size.width} ${size.height}`);
  copy.setAttribute("width", size.width * 2);
  copy.setAttribute("height", size.height * 2);
  copy.removeAttribute("hidden");
  copy.prepend(
    made("rect", { x: left - 16, y: top - HEAD, ...size, fill: CARD }),
    made("text", { x: left, y: top - 22, fill: INKED, "font-size": 18, "font-weight": 600, "font-family": PAGE.fontFamily, "text-anchor": "start" }, title),
  );
  return { text: new XMLSerializer().serializeToString(copy), width: size.width * 2, height: size.height * 2 };
};

const painted = ({ text, width, height }) => new Promise((done, failed) => {
  const image = new Image(), canvas = Object.assign(document.createElement("canvas"), { width, height });
  image.onerror = failed;
  image.onload = () => { canvas.getContext("2d").drawImage(image, 0, 0, width, height); canvas.toBlob(done, "image/png"); };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
});

const save = async (target, kind, name) => {
  const place = target.matches("[data-chart]") ? target : target.querySelector(".official-map:not([hidden])");
  const chart = place && window.echarts?.getInstanceByDom(place), title = name.replaceAll("_", " · ");
  if (!chart) {
    const drawn = alone(target.querySelector("svg"), title);
    return hand(kind === "svg" ? new Blob([drawn.text], { type: "image/svg+xml" }) : await painted(drawn), `${name}.${kind}`);
  }
  const { other, end } = again(chart, title, kind === "svg" ? "svg" : "canvas");
  if (kind === "svg") hand(new Blob([other.renderToSVGString()], { type: "image/svg+xml" }), `${name}.svg`);
  else hand(await new Promise((done) => other.getRenderedCanvas({ pixelRatio: 2, backgroundColor: CARD }).toBlob(done, "image/png")), `${name}.png`);
  end();
};

for (const bar of document.querySelectorAll("[data-save-of]")) {
  const target = document.getElementById(bar.dataset.saveOf);
  if (!target || target.hidden) continue;
  bar.hidden = false;
  for (const button of bar.querySelectorAll("[data-kind]")) button.addEventListener("click", () => save(target, button.dataset.kind, bar.dataset.name));
}
