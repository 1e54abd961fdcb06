"""Charts drawn from tables: names that can be told apart at every width, and what is said to stand below the line does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.journeys import browser as browsers

STATIC = Path(__file__).parents[2] / "src" / "niangjia" / "portals" / "design" / "static"
NAMES = [
    "近12个月医疗自付，达到年低保标准的1.5倍", "近12个月医疗自付，达到家庭年收入的四成", "单次就诊自付", "就学支出达到家庭年收入的三成",
    "越城区某某某街道某某某社区联合工会第一分会和附近几家小企业工会的联合会甲", "越城区某某某街道某某某社区联合工会第一分会和附近几家小企业工会的联合会乙",
]  # fmt: skip
NARROW, PAPER, SLIDE = 340, 660, 1200
DRAWN = """(width) => {
  const { yAxis } = document.querySelector("figure").drawnAt(width), ruler = document.createElement("canvas").getContext("2d");
  ruler.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return yAxis.data.map((name) => yAxis.axisLabel.formatter(name).split("\\n")).map((lines) => [lines, Math.max(...lines.map((line) => ruler.measureText(line).width))]);
}"""


@pytest.fixture
def blank() -> Iterator[Page]:
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        yield chromium.new_page(viewport=browsers.DESK)
        chromium.close()


def charted(page: Page, kind: str, head: str, rows: str) -> None:
    page.set_content(
        f'<html lang="zh-Hans"><body><figure data-chart="{kind}" data-table="t" style="width:600px;height:400px" hidden></figure>'
        f'<table id="t"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></body></html>'
    )
    for name in ("vendor/echarts.min.js", "js/charts.js"):
        page.add_script_tag(path=STATIC / name)


@pytest.mark.parametrize("width", [NARROW, PAPER, SLIDE])
def test_two_names_beside_bars_are_told_apart_in_two_lines_at_most(blank: Page, width: int):
    rows = "".join(f'<tr><th>{name}</th><td data-value="{place}">{place}</td></tr>' for place, name in enumerate(NAMES))
    charted(blank, "bars", '<th data-series="after">件</th>', rows)
    drawn = blank.evaluate(DRAWN, width)
    said = ["".join(lines) for lines, _wide in drawn]
    assert len(set(said)) == len(NAMES)
    assert max(len(lines) for lines, _wide in drawn) == 2
    assert max(wide for _lines, wide in drawn) <= max(88, 0.28 * width)
    assert all(len(line) > 1 for lines, _wide in drawn for line in lines), "no line of one sign"
    if width > NARROW:
        assert said[:4] == NAMES[:4], "where there is room nothing is left out"


def test_what_stands_below_the_line_is_drawn_there_and_said_as_it_is(blank: Page):
    heads = (
        '<th data-series="after">新增</th><th data-series="less">持续</th><th data-series="before" data-below>退出</th>'
    )
    rows = '<tr><th>9月</th><td data-value="35">35</td><td data-value="335">335</td><td data-value="15">15</td></tr>'
    charted(blank, "stacked", heads, rows)
    option = "document.querySelector('figure').drawnAt(600)"
    assert blank.evaluate(f"{option}.series.map((one) => one.data[0])") == [35, 335, -15]
    assert blank.evaluate(f"{option}.yAxis.axisLabel.formatter(-15)") == "15"
    assert blank.evaluate(f"{option}.tooltip.valueFormatter(-15)") == "15"
