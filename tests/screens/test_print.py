"""Paper: light in the dark look too, every column on the sheet, no controls, a head that says who printed it and when. And waiting: it is seen."""

from __future__ import annotations

import time

from playwright.sync_api import Route, sync_playwright

from tests.journeys import browser as browsers

PAPER = {"width": 703, "height": 994}  # A4 inside its margins, in the pixels of a printer
PRINTED = """() => {
  const wrong = [], seen = (each) => each.checkVisibility(), dark = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).every((part) => part < 90);
  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth + 1) wrong.push(`wider than the paper by ${page.scrollWidth - innerWidth}`);
  for (const each of document.querySelectorAll("table td, table th"))
    if (seen(each) && each.getBoundingClientRect().right > innerWidth + 1) wrong.push(`column off the paper: ${each.textContent.trim().slice(0, 20)}`);
  for (const each of document.querySelectorAll(".btn, .side, .top, .tabs, .filters, .demo-banner, .foot")) if (seen(each)) wrong.push(`printed: ${each.outerHTML.slice(0, 60)}`);
  for (const each of document.querySelectorAll("h1, h2, h3, td, th, dd, p, strong"))
    if (seen(each) && each.textContent.trim() && !dark(getComputedStyle(each).color)) wrong.push(`pale: ${each.textContent.trim().slice(0, 20)}`);
  for (const each of document.querySelectorAll("body, main, .card, td, .badge"))
    if (seen(each) && !/rgba\\(0, 0, 0, 0\\)|rgb\\(255, 255, 255\\)/.test(getComputedStyle(each).backgroundColor)) wrong.push(`coloured: ${each.outerHTML.slice(0, 60)}`);
  if (!seen(document.querySelector(".print-head")) || !document.querySelector(".print-head").textContent.match(/\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d/)) wrong.push("no head");
  return wrong;
}"""


def test_what_is_printed_in_the_dark_look_is_black_on_white_and_whole(served_copy: tuple[str, dict]):
    address, made = served_copy
    wanted = {
        "officer-list",
        "officer-orders",
        "officer-household",
        "officer-case",
        "officer-register",
        "officer-batch",
    }
    pages = [(name, user, path) for role, user, name, path in made["pages"] if role == "county" and name in wanted]
    assert {name for name, _user, _path in pages} == wanted
    wrong = []
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        context = chromium.new_context(viewport=PAPER, locale="zh-CN")
        page = context.new_page()
        browsers.sign_in(page, address, pages[0][1])
        context.add_cookies([{"name": "theme", "value": "dark", "url": address}])
        page.emulate_media(media="print")
        for name, _user, path in pages:
            page.goto(address + path)
            wrong += [f"{name}: {fault}" for fault in page.evaluate(PRINTED)]
        page.emulate_media(media="screen")
        assert page.get_by_role("button", name="打印").is_visible(), "on screen the page offers to be printed"
        chromium.close()
    assert not wrong, "\n".join(wrong)


WATCH = """() => new MutationObserver(() => {
  const line = document.querySelector(".on-its-way[role=status]");
  if (line) sessionStorage.setItem("told", line.getAttribute("aria-label"));
}).observe(document.body, { childList: true })"""


def later(route: Route) -> None:
    time.sleep(1.5)
    route.continue_()


def test_what_takes_more_than_a_second_says_that_it_is_on_its_way(served_copy: tuple[str, dict]):
    address, made = served_copy
    username = next(user for role, user, _name, _path in made["pages"] if role == "county")
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = chromium.new_context(viewport=browsers.DESK, locale="zh-CN").new_page()
        browsers.sign_in(page, address, username)
        page.evaluate(WATCH)
        page.route("**/desk/orders/", later)
        page.locator(".side").get_by_role("link", name="工单", exact=True).click()
        page.wait_for_url("**/desk/orders/")
        assert page.evaluate("sessionStorage.getItem('told')") == "正在打开，请稍候"
        assert page.locator(".on-its-way").count() == 0
        chromium.close()
