// A chart is drawn from the table beside it, and says no more than the table does: without this file the table is there all the same.
//
// <figure class="chart" data-chart="bars" data-table="ID"></figure> draws the columns of the table whose head cell carries
// data-series; a cell's number is its data-value, a cell without one is left out. A figure with data-unit draws the columns of that unit.
// Kinds: bars (lying), lines, stacked (columns on top of each other; a head cell with data-below has its own below the line). data-suffix
// stands behind every number. Arrow keys walk along a chart. `figure.drawnAt(width)`: what ECharts draws where there is so much room.
"use strict";

const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const RED = tone("--nj-red"), GREY = tone("--nj-mute"), GREEN = "#22a06b", BLUE = "#2f7fd1", INK = tone("--nj-soft"), LINE = tone("--nj-line");
const COLOURS = { before: GREY, after: RED, more: GREEN, less: BLUE, warm: "#e8923a", cool: "#8a63d2" };

const read = (table, unit) => {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hasAttribute("data-total"));
  const series = heads.flatMap((head, place) => head.dataset.series && (!unit || head.dataset.unit === unit) ? [{
    name: head.textContent.trim(),
    kind: head.dataset.series,
    isBelow: head.dataset.below !== undefined,
    values: rows.map((row) => row.cells[place]?.dataset.value === undefined ? null : Number(row.cells[place].dataset.value)),
  }] : []);
  const told = series.filter((one) => one.values.some((value) => value !== null));
  return { series: told, names: rows.map((row) => (row.cells[0].dataset.name || row.cells[0].textContent).trim()) };
};

const short = (value) => {
  const size = Math.abs(value);
  return size >= 1e8 ? `${value / 1e8}亿` : size >= 1e4 && document.documentElement.lang !== "en" ? `${value / 1e4}万` : value.toLocaleString();
};

// Names of a legend stand in as many lines as they need, and the picture begins below them.
const legendLines = (series, width) => Math.max(1, Math.ceil(series.reduce((sum, one) => sum + 34 + 12 * one.name.length, 0) / Math.max(1, width - 20)));

const ruler = document.createElement("canvas").getContext("2d");
const isIn = (words, room) => {
  ruler.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(words).width <= room;
};

/** A name beside a bar, in two lines at most. Of a longer one the beginning and the end are said: names differ there. */
const fitted = (name, room) => {
  if (isIn(name, room)) return name;
  let first = name.length, last = 0;
  while (first > 1 && !isIn(name.slice(0, first), room)) first--;
  const space = name.lastIndexOf(" ", first);
  if (space > first / 2) first = space;
  const rest = name.slice(first).trim();
  if (isIn(rest, room) && space < 0) { // two lines that are about as long, broken at a comma where there is one
    const half = Math.ceil(name.length / 2), comma = name.search(/[，、；]/) + 1;
    const at = comma && isIn(name.slice(0, comma), room) && isIn(name.slice(comma), room) ? comma : half;
    return `${name.slice(0, at)}\n${name.slice(at)}`;
  }
  while (last < rest.length - 1 && !isIn((last ? "…" : "") + rest.slice(last), room)) last++;
  return `${name.slice(0, first).trim()}\n${last ? "…" : ""}${rest.slice(last)}`;
};

const options = (kind, { names, series }, width, suffix) => {
  const narrow = width < 480;
  const lying = kind === "bars";
  const category = { type: "category", data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK, width: narrow ? 64 : 110, overflow: "truncate" } };
  if (lying) {
    const room = Math.min(240, Math.max(88, width * 0.28));
    category.inverse = true;
    category.axisLabel = { color: INK, lineHeight: 14, interval: 0, formatter: (name) => fitted(name, room) };
  }
  const size = kind === "stacked" ? Math.abs : Number; // what stands below the line is no less than nothing
  const value = { type: "value", axisLabel: { color: INK, formatter: (found) => short(size(found)) + suffix, hideOverlap: true }, splitLine: { lineStyle: { color: LINE } } };
  return {
    animation: false,
    aria: { enabled: true, decal: { show: true } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    color: series.map((one) => COLOURS[one.kind] || INK),
    grid: { left: 8, right: 20, top: 16 + 24 * legendLines(series, width), bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: INK }, itemWidth: 14, itemHeight: 10 },
    tooltip: { trigger: "axis", axisPointer: { type: lying ? "shadow" : "line" }, valueFormatter: (found) => found === null || found === undefined ? "—" : size(found).toLocaleString() + suffix },
    xAxis: lying ? value : category,
    yAxis: lying ? category : value,
    series: series.map((one) => ({
      name: one.name, type: kind === "lines" ? "line" : "bar", data: one.isBelow ? one.values.map((each) => each && -each) : one.values, barMaxWidth: 18, symbolSize: 7, connectNulls: false, stack: kind === "stacked" ? "all" : undefined,
    })),
  };
};

// What a pointer shows of a place, arrow keys show too; the same numbers stand in the table.
const walk = (figure, chart, length) => {
  let at = -1;
  figure.tabIndex = 0;
  figure.setAttribute("role", "img");
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    if (!step) return;
    event.preventDefault();
    at = at < 0 ? (step > 0 ? 0 : length - 1) : Math.min(length - 1, Math.max(0, at + step));
    chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
  });
  figure.addEventListener("blur", () => chart.dispatchAction({ type: "hideTip" }));
};

const PAPER = 660, PAPER_BESIDE = 300; // the pixels of a sheet's width, and of the column beside a map

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const table = document.getElementById(figure.dataset.table);
  const found = table && window.echarts ? read(table, figure.dataset.unit) : { series: [] };
  if (!found.series.length) continue;
  figure.hidden = false;
  if (figure.dataset.chart === "bars") {
    figure.classList.add(`rows-${Math.min(12, Math.max(2, found.names.length))}`);
    if (found.names.length > 12) figure.style.height = `${7 + 2 * found.names.length}rem`;
  }
  const chart = window.echarts.init(figure, null, { renderer: "svg" });
  let isPrinting = false;
  figure.drawnAt = (width) => options(figure.dataset.chart, found, width, figure.dataset.suffix ?? "");
  const draw = (width) => {
    chart.setOption(figure.drawnAt(width ?? figure.clientWidth), true);
    // On paper the picture takes the width that there is: print.css.
    figure.querySelector("svg")?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  };
  draw();
  walk(figure, chart, found.names.length);
  new ResizeObserver(() => { if (!isPrinting) { chart.resize(); draw(); } }).observe(figure);
  window.addEventListener("beforeprint", () => {
    const width = figure.closest(".places") ? PAPER_BESIDE : PAPER;
    isPrinting = true;
    chart.resize({ width, height: figure.dataset.chart === "bars" ? 80 + 32 * found.names.length : 250, animation: { duration: 0 } });
    draw(width);
  });
  window.addEventListener("afterprint", () => { isPrinting = false; chart.resize({ width: "auto", height: "auto" }); draw(); });
}
