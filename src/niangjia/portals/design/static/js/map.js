// The deployment's own map, drawn from the table beside it; if it cannot be drawn, the tiles stay.
"use strict";

const codeOf = (feature) => String(feature.properties.adcode ?? feature.properties.district_adcode ?? feature.properties.code ?? "");

for (const place of document.querySelectorAll("[data-map]")) {
  const figure = place.closest("figure");
  fetch(place.dataset.map, { credentials: "same-origin" }).then((answer) => answer.ok ? answer.json() : Promise.reject(answer.status)).then((geo) => {
    const rows = [...document.querySelectorAll(`#${place.dataset.table} [data-code]`)];
    const names = new Map(geo.features.map((feature) => [codeOf(feature), feature.properties.name ?? feature.properties.district_name ?? ""]));
    const shown = new Set([...figure.querySelectorAll("svg title")].map((title) => title.textContent.split("：")[0]));
    for (const feature of geo.features) feature.properties.name = codeOf(feature);
    geo.features = geo.features.filter((feature) => shown.has(names.get(feature.properties.name)));
    window.echarts.registerMap("counties", geo);
    place.hidden = false;
    figure.querySelector("svg").setAttribute("hidden", "");
    figure.querySelector("[data-official]").hidden = false;
    figure.querySelector("[data-tiles]").hidden = true;
    const values = rows.map((row) => ({ name: row.dataset.code, value: Number(row.dataset.value) }));
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      aria: { enabled: true },
      tooltip: { renderMode: "richText", formatter: ({ name, value }) => `${names.get(name)}：${value || 0}` },
      visualMap: { show: false, min: 0, max: Math.max(1, ...values.map((one) => one.value)), inRange: { color: ["#f3f5f8", "#f6b5b0", "#c8161d"] } },
      series: [{ type: "map", map: "counties", data: values, selectedMode: false, label: { show: false }, itemStyle: { borderColor: "#98a2b3" } }],
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }).catch(() => {});
}
