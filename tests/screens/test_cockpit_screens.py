"""A lead goes from the map down to a township's rows, at a desk and on a phone; nothing is asked of anybody outside, and the charts leave as pictures."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys import browser as browsers
from tests.screens.test_screens import LOOK, OUT, SIZES, accessibility


def _faults(page: Page, picture: str) -> list[str]:
    OUT.mkdir(exist_ok=True)
    wrong = []
    for kind in ("desktop", "phone"):
        page.set_viewport_size(SIZES[kind])
        wrong += [f"{picture} {kind}: {fault}" for fault in (*page.evaluate(LOOK), *accessibility(page))]
        page.screenshot(path=OUT / f"{picture}-{kind}.png", full_page=True, animations="disabled")
    page.set_viewport_size(browsers.DESK)
    return wrong


def test_a_lead_goes_from_the_map_to_the_rows_of_a_township(served_copy: tuple[str, dict], tmp_path: Path):
    address, _made = served_copy
    browsers.HEARD.forget()
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = browsers.open_context(chromium, address, accept_downloads=True).new_page()
        browsers.sign_in(page, address, "province")
        page.locator(".page-head-actions").get_by_role("link", name="驾驶舱").click()
        expect(page.locator(".cockpit-tile")).to_have_count(6)
        wrong = _faults(page, "journey-cockpit")

        # the map's tile as a picture, then down by it
        for kind in ("png", "svg"):
            with page.expect_download() as download:
                page.locator(f"[data-save-of=c-map] [data-kind={kind}]").click()
            download.value.save_as(tmp_path / f"map.{kind}")
        assert Image.open(tmp_path / "map.png").width > 300
        assert "新昌县" in (tmp_path / "map.svg").read_text(encoding="utf-8")
        page.locator("#c-map a", has_text="新昌县").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".trail [aria-current]")).to_have_text("新昌县总工会")
        wrong += _faults(page, "journey-cockpit-county")

        # the number of a street, and as many rows as it says
        street = page.locator(".bars-table tr", has_text="羽林街道总工会").locator("a.opens")
        said = int(street.inner_text())
        assert said > 0
        street.click()
        expect(page.locator("[data-figure]")).to_contain_text(str(said))
        expect(page.locator("tr[data-row]")).to_have_count(min(said, 50))
        wrong += _faults(page, "journey-cockpit-rows")
        page.locator("tr[data-row] a").first.click()
        expect(page.locator("h1")).to_be_visible()
        assert "/desk/households/" in page.url

        # a month earlier by the slider, by keys alone; a chart walks along with the arrows
        page.goto("/cockpit/list/?month=2023-10")
        page.locator("[data-slides]").focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**month=2023-09**")
        chart = page.locator("figure.chart").first
        chart.focus()
        page.keyboard.press("ArrowRight")
        expect(chart.get_by_text("2023-09").first).to_be_attached()

        # on paper: which page and month it is, and every chart as wide as the sheet
        drawn = "() => [...document.querySelectorAll('figure.chart:not([hidden]) svg')].map((svg) => Number(svg.getAttribute('viewBox').split(' ')[2]))"
        page.emulate_media(media="print")
        expect(page.locator(".cockpit-printed")).to_have_text(re.compile("名单 · .+ · 2023年9月"))
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert set(page.evaluate(drawn)) == {660}
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
        assert 660 not in page.evaluate(drawn)
        assert wrong == []
        assert browsers.HEARD.complaints == [] and browsers.HEARD.strangers == []
        chromium.close()


INSIDE = """() => {
  const svg = document.querySelector("svg"), [left, top, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const texts = [...svg.querySelectorAll("text")], box = (each) => { const m = svg.getScreenCTM().inverse().multiply(each.getScreenCTM()), b = each.getBBox(); return [b.x + m.e, b.y + m.f, b.x + m.e + b.width, b.y + m.f + b.height]; };
  const cut = texts.filter((each) => { const [x, y, right, bottom] = box(each); return x < left || y < top || right > left + width || bottom > top + height; });
  return { words: texts.map((each) => each.textContent), cut: cut.map((each) => each.textContent), size: [svg.width.baseVal.value, svg.height.baseVal.value], swatches: svg.querySelectorAll(":scope > rect").length - 1 };
}"""


def test_the_map_of_a_city_leaves_as_a_picture_with_its_whole_title_and_its_legend(
    served_copy: tuple[str, dict], tmp_path: Path
):
    """A city's map is narrower than its title; what is measured in the drawing the picture has, for it is painted from it."""
    address, _made = served_copy
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = browsers.open_context(chromium, address, accept_downloads=True).new_page()
        browsers.sign_in(page, address, "city")
        page.goto("/cockpit/")
        page.evaluate("document.querySelector('[data-save-of=c-map]').dataset.name += '_金额最长的一个标题'")
        title = page.locator("[data-save-of=c-map]").get_attribute("data-name").replace("_", " · ")
        steps = [words.strip() for words in page.locator("#c-map .map-steps li").all_inner_texts()]
        for kind in ("png", "svg"):
            with page.expect_download() as download:
                page.locator(f"[data-save-of=c-map] [data-kind={kind}]").click()
            download.value.save_as(tmp_path / f"map.{kind}")
        drawn = chromium.new_page()
        drawn.set_content((tmp_path / "map.svg").read_text(encoding="utf-8"))
        found = drawn.evaluate(INSIDE)
        assert found["cut"] == []
        assert title in found["words"] and len(title) > 12
        assert steps and set(steps) <= set(found["words"]) and found["swatches"] == len(steps)
        assert "每格一个县（市、区），方位近似，不表示边界。" in "".join(found["words"])
        assert list(Image.open(tmp_path / "map.png").size) == [int(one) for one in found["size"]]
        chromium.close()
