"""A lead divides a target among the counties; an officer of one opens its number, sees the rows, and one of them in its room."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Place
from tests.journeys.test_contest import faults, sitting


def test_a_target_is_divided_and_its_number_opens_what_it_counts(applying: Place, chromium: Browser):
    wrong: list[str] = []
    with sitting(chromium, applying, "city", on_phone=False) as page:
        page.goto(f"{applying.address}/desk/targets/")
        page.get_by_text("往年的目标").click()
        page.get_by_role("link", name="浙工惠").click()
        page.get_by_role("link", name="新建户外劳动者服务站点").click()
        page.get_by_role("link", name="分解目标").click()
        page.get_by_role("link", name="2023").click()
        page.get_by_label("绍兴市总工会").fill("8")
        page.get_by_label("新昌县总工会").fill("三")
        page.get_by_label("理由或文号").fill("站点建设任务分解")
        page.get_by_role("button", name="保存分解").click()
        expect(page.get_by_text("读不懂这个数。")).to_be_visible()
        expect(page.get_by_label("新昌县总工会")).to_have_value("三")
        page.get_by_label("新昌县总工会").fill("3")
        page.get_by_label("诸暨市总工会").fill("4")
        wrong += faults(page, "journey-targets-divide")
        page.get_by_role("button", name="保存分解").click()
        expect(page.get_by_text("已分解 7，比本级目标少 1")).to_be_visible()
        wrong += faults(page, "journey-targets-indicator")
    with sitting(chromium, applying, "county") as page:
        page.goto(f"{applying.address}/desk/targets/")
        page.get_by_text("往年的目标").click()
        page.get_by_role("link", name="浙工惠").click()
        wrong += faults(page, "journey-targets-programme")
        page.get_by_role("link", name="新建户外劳动者服务站点").click()
        expect(page.get_by_text("66.7%")).to_be_visible()
        page.get_by_role("link", name="2", exact=True).first.click()
        expect(page.get_by_text("共 2 条")).to_be_visible()
        wrong += faults(page, "journey-targets-rows")
        page.locator("main tbody a").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("驿站")
    assert wrong == []
