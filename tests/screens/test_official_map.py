"""A deployment with borders of its own: ECharts draws them, at a desk and on a phone, in both looks; the table beside says the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys import browser as browsers
from tests.journeys.served import served
from tests.screens.county_borders import APPROVAL, lay_map
from tests.screens.test_screens import LOOK, OUT, SIZES, accessibility

COUNTIES = 6  # of Shaoxing
AREAS = """() => [...document.querySelectorAll(".official-map path")].map((each) => each.getAttribute("fill")).filter((fill) => fill && fill !== "none")"""


@pytest.fixture(scope="module")
def late_house(tmp_path_factory: pytest.TempPathFactory, built_house: tuple[Path, dict]) -> Iterator[tuple[str, Path]]:
    """Two months later, when orders are late, and with the borders."""
    folder, (data, made) = tmp_path_factory.mktemp("late"), built_house
    shutil.copytree(data, folder / "data")
    lay_map(folder / "data")
    with served(folder / "data", datetime.fromisoformat(made["now"]) + timedelta(days=60), folder / "served.log") as at:
        yield at, folder / "data"


def test_the_counties_are_drawn_with_their_numbers_and_open_their_rows(late_house: tuple[str, Path]):
    address = late_house[0]
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        context = browsers.open_context(chromium, address)
        page = context.new_page()
        browsers.HEARD.forget()
        browsers.sign_in(page, address, "city")
        wrong = []
        for theme in ("light", "dark"):
            context.add_cookies([{"name": "theme", "value": theme, "url": address}])
            for kind, size in SIZES.items():
                page.set_viewport_size(size)
                page.goto("/design/")
                expect(page.locator(".official-map svg")).to_be_visible()
                wrong += [f"{theme} {kind}: {fault}" for fault in (*page.evaluate(LOOK), *accessibility(page))]
                page.screenshot(path=OUT / f"official-map-{theme}-{kind}.png", animations="disabled")
                says_what_the_table_says(page)
                assert readable_in_grey(page.evaluate(AREAS)), theme
        assert wrong == []

        page.set_viewport_size(SIZES["desktop"])
        page.goto("/desk/orders/late/")
        name = page.locator("#map-table tbody th").first.inner_text()
        page.locator(".official-map svg text", has_text=name).first.click(force=True)
        page.wait_for_url("**/desk/orders/late/?union=*")
        expect(page.locator(".over")).to_contain_text(name)

        page.goto("/desk/orders/late/")
        link = page.locator("#map-table a").first
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/orders/late/?union=*")
        expect(page.locator(".over")).to_contain_text(name)
        assert browsers.HEARD.complaints == [] and browsers.HEARD.strangers == []
        chromium.close()


def test_the_deployments_own_map_leaves_with_its_title_its_legend_and_its_approval(
    late_house: tuple[str, Path], tmp_path: Path
):
    address = late_house[0]
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = browsers.open_context(chromium, address, accept_downloads=True).new_page()
        browsers.sign_in(page, address, "city")
        page.goto("/cockpit/")
        expect(page.locator("#c-map .official-map svg")).to_be_visible()
        title = page.locator("[data-save-of=c-map]").get_attribute("data-name").replace("_", " · ")
        said = [words.strip() for words in page.locator("#c-map .map-steps li").all_inner_texts()]
        for kind in ("png", "svg"):
            with page.expect_download() as download:
                page.locator(f"[data-save-of=c-map] [data-kind={kind}]").click()
            download.value.save_as(tmp_path / f"map.{kind}")
        drawn = chromium.new_page()
        drawn.set_content((tmp_path / "map.svg").read_text(encoding="utf-8"))
        words = drawn.locator("svg text").all_text_contents()
        assert {title, *said, f"审图号：{APPROVAL}"} <= set(words)
        boxes = drawn.evaluate(OVER, [title, *said])
        assert boxes["title"] <= boxes["map"][0] and boxes["steps"] >= boxes["map"][1], (
            "above and below the counties, not on them"
        )
        assert Image.open(tmp_path / "map.png").size == (2400, 1280)
        chromium.close()


OVER = """([title, ...steps]) => {
  const box = (each) => each.getBoundingClientRect(), texts = [...document.querySelectorAll("svg text")], named = (words) => box(texts.find((each) => each.textContent === words));
  const areas = [...document.querySelectorAll("svg path")].filter((each) => /[1-9]/.test(each.getAttribute("d")) && each.getAttribute("fill") !== "none" && box(each).width < 600).map(box);
  return { title: named(title).bottom, steps: Math.min(...steps.map((each) => named(each).top)), map: [Math.min(...areas.map((each) => each.top)), Math.max(...areas.filter((each) => each.width > 30).map((each) => each.bottom))] };
}"""


def says_what_the_table_says(page: Page) -> None:
    drawn = " ".join(page.locator(".official-map svg text").all_text_contents()).split()
    for row in page.locator("#map-table tbody tr").all():
        name, number = row.locator("th").inner_text(), row.locator("td").inner_text()
        assert drawn[drawn.index(name) + 1] == number
    expect(page.locator(".county-map > svg")).to_be_hidden()
    expect(page.get_by_text(f"审图号：{APPROVAL}")).to_be_visible()
    assert page.locator(".map-steps li").count() > 1


def readable_in_grey(fills: list[str]) -> bool:
    """Two steps of colour differ by a twelfth of the way from black to white at least."""
    greys = sorted({Image.new("RGB", (1, 1), fill).convert("L").getpixel((0, 0)) for fill in fills})
    return len(greys) > 1 and all(after - before > 20 for before, after in zip(greys, greys[1:], strict=False))


def test_a_map_that_lacks_a_county_is_not_drawn(late_house: tuple[str, Path]):
    """The tiles have every county; a map with a hole would hide a number."""
    address, data = late_house
    borders = data / "map" / "counties.geojson"
    borders.write_text(borders.read_text(encoding="utf-8").replace('"330681"', '"000000"'), encoding="utf-8")
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = browsers.open_context(chromium, address).new_page()
        browsers.sign_in(page, address, "city")
        with page.expect_response("**/map.json"):
            page.goto("/desk/orders/late/")
        page.wait_for_load_state("networkidle")
        expect(page.locator(".county-map > svg")).to_be_visible()
        expect(page.locator(".official-map")).to_be_hidden()
        chromium.close()
