"""Settling a difference and correcting a fact on a phone, by keyboard alone and without script; in English nothing sticks out either."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.journeys import browser as browsers
from tests.screens.test_screens import LOOK, OUT

KINDS = ("adjustments", "adjustment", "reconsiderations", "reconsider")


@pytest.fixture(scope="module")
def house(served_copy: tuple[str, dict]) -> tuple[str, dict[tuple[str, str], str]]:
    address, made = served_copy
    return address, {(role, name): path for role, _user, name, path in made["pages"]}


def opened(play, address: str, username: str, *, language: str = "zh-CN", script: bool = False) -> Page:
    context = browsers.launch(play).new_context(viewport=browsers.PHONE, locale=language, java_script_enabled=script)
    page = context.new_page()
    browsers.sign_in(page, address, username)
    return page


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; a page that cannot be walked through fails here."""
    wanted = page.locator(selector)
    for _ in range(200):
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {selector}")


def test_a_difference_is_settled_by_keyboard_on_a_phone_without_script(house):
    address, pages = house
    with sync_playwright() as play:
        page = opened(play, address, "county")
        page.goto(address + pages["county", "officer-adjustments"] + "?kind=CLAW_BACK&state=OPEN")
        tab_to(page, ".lead-cell a")
        page.keyboard.press("Enter")
        tab_to(page, "section[aria-labelledby=d-act] details summary")
        page.keyboard.press("Enter")
        tab_to(page, "#id_waive-reason")
        tab_to(page, "section[aria-labelledby=d-act] details button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/settle/")
        assert page.locator("#error-waive-reason").inner_text() == "请填写“理由”。"
        tab_to(page, "#id_waive-reason")
        page.keyboard.type("本人已去世")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/adjustments/*/")
        assert "已结案：不予调整。" in page.locator("[role=status]").inner_text()


def test_a_fact_is_corrected_by_keyboard_on_a_phone_without_script(house):
    address, pages = house
    with sync_playwright() as play:
        page = opened(play, address, "county")
        page.goto(address + pages["county", "officer-reconsider"])
        tab_to(page, "#id_reason")
        page.keyboard.type("回函有误")
        tab_to(page, "#id_source")
        page.keyboard.type("核对单 9 号")
        tab_to(page, "#f-living_aid_received_12m")
        page.keyboard.type("600")
        page.keyboard.press("Enter")
        page.wait_for_url("**/adjustments/*/")
        assert "已重算，结论有变" in page.locator("[role=status]").inner_text()
        assert "600.00 元" in page.locator("main").inner_text()


def test_in_english_nothing_sticks_out_either(house):
    address, pages = house
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as play:
        page = opened(play, address, "county", language="en-GB", script=True)
        wrong = []
        for kind in KINDS:
            page.goto(address + pages["county", f"officer-{kind}"])
            for size in (browsers.PHONE, browsers.DESK):
                page.set_viewport_size(size)
                wrong += [f"{kind} {size['width']}: {fault}" for fault in page.evaluate(LOOK)]
                page.screenshot(path=OUT / f"officer-{kind}-english-{size['width']}.png", full_page=True)
        assert wrong == []
