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
const FONT = getComputedStyle(document.body).fontFamily, MUTE = PAGE.getPropertyValue("--nj-mute").trim();
const WIDTH = 1200, HEIGHT = 640, PAD = 16, MOST = 900; // MOST: the longest line around a small map
const TITLE = { size: 18, line: 26 }, STEP = { size: 13, line: 22 }, NOTE = { size: 12, line: 18 };

const hand = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};

const measure = document.createElement("canvas").getContext("2d");
const wide = (words, { size }) => { measure.font = `600 ${size}px ${FONT}`; return measure.measureText(words).width; };

/** In lines that have room. */
const folded = (words, look, room) => {
  const lines = [""];
  for (const sign of words) {
    if (wide(lines.at(-1) + sign, look) > room) lines.push("");
    lines[lines.length - 1] += sign;
  }
  return lines.map((line) => line.trim());
};

/** What stands around a drawing: its title above, below it the steps of a map's colours and what the map says of itself; `top` and `bottom`: how much of it. */
const around = (figure, title, room) => {
  const lines = folded(title, TITLE, room), heads = lines.map((words, nth) => ({ words, ...TITLE, x: 0, y: TITLE.line * nth + TITLE.size + 2 }));
  let x = 0, y = 0;
  const steps = [...figure.querySelectorAll(".map-steps li")].map((step) => {
    const words = step.textContent.trim(), width = 24 + wide(words, STEP);
    if (x && x + width > room) [x, y] = [0, y + STEP.line];
    const at = { words, ...STEP, x: x + 24, y: y + STEP.size + 2, swatch: { x, y: y + 3, width: 18, height: 13, fill: getComputedStyle(step.querySelector(".swatch")).backgroundColor } };
    x += width + 18;
    return at;
  });
  if (steps.length) y += STEP.line;
  const said = [...figure.querySelectorAll("figcaption > span:not([hidden])")].flatMap((each) => folded(each.textContent.trim(), NOTE, room));
  const notes = said.map((words, nth) => ({ words, ...NOTE, x: 0, y: y + NOTE.line * nth + NOTE.size + 2 }));
  y += NOTE.line * said.length;
  return { heads, feet: [...steps, ...notes], top: PAD + TITLE.line * lines.length + 4, bottom: (y ? y + 12 : 0) + PAD };
};

/** The chart drawn anew, with what stands around it, at a size for a slide. */
const again = (figure, place, chart, title, renderer) => {
  const option = place.drawnAt?.(WIDTH) ?? chart.getOption();
  const height = Math.max(HEIGHT, 36 * (option.yAxis?.data?.length ?? 0) + 160);
  const { heads, feet, top, bottom } = around(figure, title, WIDTH - 2 * PAD);
  const room = document.createElement("div");
  room.style.cssText = `position:fixed;left:-9999px;top:0;width:${WIDTH}px;height:${height}px`;
  document.body.append(room);
  const other = window.echarts.init(room, null, { renderer, width: WIDTH, height, devicePixelRatio: 2 });
  const within = (one) => ({ ...one, top: (Number.parseFloat(one.top) || 0) + top, bottom: (Number.parseFloat(one.bottom) || 0) + bottom, left: PAD, right: 2 * PAD });
  const down = (one) => ({ ...one, left: PAD, top: (Number.parseFloat(one.top) || 0) + top });
  const words = (from) => (each) => ({ type: "text", silent: true, style: { text: each.words, x: PAD + each.x, y: from + each.y, textVerticalAlign: "bottom", fill: INKED, font: `${each.line === TITLE.line ? 600 : 400} ${each.size}px ${FONT}` } });
  const swatches = feet.flatMap(({ swatch }) => swatch ? [{ type: "rect", silent: true, shape: { ...swatch, x: PAD + swatch.x, y: height - bottom + 12 + swatch.y }, style: { fill: swatch.fill, stroke: MUTE } }] : []);
  const each = (found, how) => [found ?? []].flat().map(how);
  other.setOption({
    ...option, animation: false, backgroundColor: CARD, grid: each(option.grid, within), legend: each(option.legend, down),
    series: option.series.map((one) => one.type === "map" ? within(one) : one),
    graphic: [...heads.map(words(PAD)), ...swatches, ...feet.map(words(height - bottom + 12))],
  });
  return { other, end: () => { other.dispose(); room.remove(); } };
};

const LOOK = ["fill", "stroke", "stroke-width", "font-family", "font-size", "font-weight", "text-anchor", "display"];

/** A drawing of the page by itself: its colours and letters written into it, with what stands around it. */
const alone = (figure, title) => {
  const svg = figure.querySelector("svg"), copy = svg.cloneNode(true), were = [...svg.querySelectorAll("*")], are = [...copy.querySelectorAll("*")];
  are.forEach((each, place) => {
    const look = getComputedStyle(were[place]);
    for (const name of LOOK) if (look.getPropertyValue(name)) each.setAttribute(name, look.getPropertyValue(name));
  });
  for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  const [left, above, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const legend = [...figure.querySelectorAll(".map-steps li")].reduce((sum, step) => sum + 42 + wide(step.textContent.trim(), STEP), 0);
  const room = Math.ceil(Math.max(width, Math.min(MOST, Math.max(wide(title, TITLE), legend) + 2)));
  const { heads, feet, top, bottom } = around(figure, title, room);
  const size = { width: room + 2 * PAD, height: height + top + bottom };
  const x = left - (room - width) / 2, made = (name, said, words = "") => {
    const each = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(said)) each.setAttribute(key, value);
    each.textContent = words;
    return each;
  };
  const text = (from) => (each) => made("text", { x: x + each.x, y: from + each.y, fill: INKED, "font-size": each.size, "font-weight": each.line === TITLE.line ? 600 : 400, "font-family": FONT, "text-anchor": "start" }, each.words);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `${x - PAD} ${above - top} ${size.width} ${size.height}`);
  copy.setAttribute("width", size.width * 2);
  copy.setAttribute("height", size.height * 2);
  copy.removeAttribute("hidden");
  copy.prepend(made("rect", { x: x - PAD, y: above - top, ...size, fill: CARD }), ...heads.map(text(above - top + PAD)));
  const foot = above + height + 12;
  copy.append(...feet.flatMap(({ swatch }) => swatch ? [made("rect", { ...swatch, x: x + swatch.x, y: foot + swatch.y, rx: 3, stroke: MUTE })] : []), ...feet.map(text(foot)));
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
    const drawn = alone(target, title);
    return hand(kind === "svg" ? new Blob([drawn.text], { type: "image/svg+xml" }) : await painted(drawn), `${name}.${kind}`);
  }
  const { other, end } = again(target, place, chart, title, kind === "svg" ? "svg" : "canvas");
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
