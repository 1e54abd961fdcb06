// The deployment's own map, drawn from the tiles below it: their numbers, steps of colour and links. If it cannot be drawn, or lacks a
// county that they show, the tiles stay.
"use strict";

const codeOf = ({ properties }) => String(properties.adcode ?? properties.district_adcode ?? properties.code ?? "");

/** Where the borders cross the line at this height, from west to east. */
function crossings(rings, height) {
  const found = [];
  for (const ring of rings) for (let at = 1; at < ring.length; at++) {
    const [[west, low], [east, high]] = [ring[at - 1], ring[at]];
    if ((low > height) !== (high > height)) found.push(west + (east - west) * (height - low) / (high - low));
  }
  return found.sort((one, other) => one - other);
}

/** The middle of the widest band that lies within a county's largest part: words fit there, however it is bent. */
function widest({ geometry }) {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const rings = parts.reduce((most, part) => part[0].length > most[0].length ? part : most);
  const heights = rings[0].map((point) => point[1]), low = Math.min(...heights), band = (Math.max(...heights) - low) / 24;
  let best = { width: 0, at: rings[0][0] };
  for (let nth = 2; nth < 23; nth++) {
    const [above, here, below] = [nth + 1, nth, nth - 1].map((one) => crossings(rings, low + one * band));
    for (let at = 1; at < here.length; at += 2) {
      let [from, to] = [here[at - 1], here[at]];
      for (const line of [above, below]) {
        const fits = line.flatMap((end, place) => place % 2 ? [[Math.max(from, line[place - 1]), Math.min(to, end)]] : []);
        [from, to] = fits.reduce((most, one) => one[1] - one[0] > most[1] - most[0] ? one : most, [0, 0]);
      }
      if (to - from > best.width) best = { width: to - from, at: [(from + to) / 2, low + nth * band] };
    }
  }
  return best.at;
}

function draw(place, tiles, geo) {
  const figure = place.closest("figure"), root = getComputedStyle(figure);
  const tone = (name) => root.getPropertyValue(name).trim();
  place.hidden = false;
  figure.querySelector(":scope > svg").setAttribute("hidden", "");
  figure.querySelector("[data-official]").hidden = false;
  figure.querySelector("[data-tiles]").hidden = true;
  const borders = geo.features.filter((feature) => tiles.has(codeOf(feature)));
  for (const feature of borders) Object.assign(feature.properties, { name: codeOf(feature), cp: widest(feature) });
  window.echarts.registerMap("counties", { ...geo, features: borders });
  const isCrowded = tiles.size > 20; // a province: names would hide each other
  const data = [...tiles].map(([code, { name, value, step }]) => {
    const areaColor = tone(`--map-${step}`), words = { color: tone(`--on-map-${step}`), formatter: isCrowded ? value : `${name}\n${value}` };
    words.show = !isCrowded || value !== "0";
    return { name: code, value: Number(step), itemStyle: { areaColor }, label: words, emphasis: { itemStyle: { areaColor }, label: words } };
  });
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { renderMode: "richText", formatter: ({ name }) => `${tiles.get(name).name} ${tiles.get(name).value}` },
    series: [{
      type: "map", map: "counties", data, selectedMode: false, aspectScale: 0.87, top: 8, bottom: 8, left: 8, right: 8, // 0.87: degrees at 30° north
      label: { fontSize: 13, fontWeight: 600, lineHeight: 17 }, labelLayout: { hideOverlap: true },
      itemStyle: { borderColor: tone("--nj-mute"), borderWidth: 1 },
      emphasis: { itemStyle: { borderColor: tone("--nj-ink"), borderWidth: 2 } },
    }],
  });
  chart.on("click", ({ name }) => { const link = tiles.get(name)?.link; if (link) location.assign(link); });
  new ResizeObserver(() => chart.resize()).observe(place);
}

for (const place of document.querySelectorAll("[data-map]")) {
  const cells = [...place.closest("figure").querySelectorAll(":scope > svg [data-code]")];
  const tiles = new Map(cells.map((cell) => [cell.dataset.code, { ...cell.dataset, link: cell.closest("a")?.getAttribute("href") }]));
  fetch(place.dataset.map, { credentials: "same-origin" }).then((answer) => answer.ok ? answer.json() : null).then((geo) => {
    const known = new Set(geo?.features.map(codeOf));
    if (tiles.size && [...tiles.keys()].every((code) => known.has(code))) draw(place, tiles, geo);
  });
}
