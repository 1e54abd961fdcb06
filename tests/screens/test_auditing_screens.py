"""An auditor draws a sample of payments, opens the hands, has a decision made again, notes a finding; every page looked at, at a desk and on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys import browser as browsers
from tests.screens.test_cockpit_screens import _faults


def test_an_auditor_draws_a_sample_and_notes_a_finding(served_copy: tuple[str, dict]):
    address, _made = served_copy
    browsers.HEARD.forget()
    with sync_playwright() as play:
        page = browsers.open_context(browsers.launch(play), address).new_page()
        browsers.sign_in(page, address, "auditor")
        page.goto("/desk/audit/")
        wrong = _faults(page, "journey-audit")
        desk = page.get_by_role("navigation", name="审计台")
        for name, picture in (
            ("谁看过什么", "readers"),
            ("利益冲突", "conflicts"),
            ("复算决定", "replays"),
            ("抽样", "samples"),
        ):
            desk.get_by_role("link", name=name).click()
            expect(page.locator("h1")).to_have_text(name)
            wrong += _faults(page, f"journey-audit-{picture}")
            if picture == "conflicts":
                wrong += _search_again(page)
        page.get_by_label("抽什么").select_option("PAYMENTS")
        page.get_by_label("抽几件").fill("3")
        page.get_by_label("种子").fill("journey-1")
        for month in page.get_by_label("月份").locator("option").all_inner_texts():
            page.get_by_label("月份").select_option(month)
            page.get_by_role("button", name="抽取", exact=True).click()
            if "/draw/" not in page.url:
                break
        expect(page.get_by_text("抽中的是同样的行")).to_be_visible()
        page.get_by_text("记下结论").first.click()
        page.get_by_label("审计结论").first.select_option("NOT_IN_ORDER")
        page.get_by_label("说明").first.fill("回单日期早于付款日期")
        page.get_by_role("button", name="记下").first.click()
        expect(page.get_by_text("回单日期早于付款日期")).to_be_visible()
        wrong += _faults(page, "journey-audit-sample")
        page.get_by_role("link", name="谁经手").nth(1).click()
        wrong += _faults(page, "journey-audit-hands")
        expect(page.locator("main")).to_contain_text("封存付款")
        again = page.locator("main a", has_text=re.compile(r"复算决定 \d"))
        for case in range(1, 20):
            if again.count():
                break
            page.goto(f"/desk/audit/hands/?of=case:{case}")
        wrong += _faults(page, "journey-audit-hands-case")
        again.first.click()
        expect(page.get_by_text("与原决定一致")).to_be_visible()
        wrong += _faults(page, "journey-audit-replay")
        assert wrong == []
        assert browsers.HEARD.complaints == [] and browsers.HEARD.strangers == []


def _search_again(page: Page) -> list[str]:
    """A month that somebody has searched."""
    page.get_by_role("button", name="重新查找").click()
    expect(page.get_by_text("已查找。")).to_be_visible()
    expect(page.get_by_text("查找的结果")).to_be_visible()
    return _faults(page, "journey-audit-searched")
