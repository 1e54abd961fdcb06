"""The administrator's day at a desk and on a phone: somebody is appointed, a union moves or is merged after a look, the calendar follows a notice."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import browser as browsers
from tests.journeys.conftest import Place

WIDTHS = {"at a desk": {}, "on a phone": browsers.ON_PHONE}
CHANGES = {
    "at a desk": ("XH", "MERGE", "XG", "轴承厂工会"),
    "on a phone": ("YG", "MOVE", "XT", "羽林街道总工会"),
}
DAYS = {"at a desk": "2023-11-18", "on a phone": "2023-11-25"}


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def page(house_of_cases: Place, chromium: Browser, width: str) -> Page:
    options: dict[str, Any] = WIDTHS[width]
    page = browsers.open_context(chromium, house_of_cases.address, **options).new_page()
    browsers.sign_in(page, house_of_cases.address, "administrator")
    return page


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).click()


def open_union(place: Place, page: Page, code: str) -> None:
    """By its number, as it is searched for."""
    page.goto(f"{place.address}/desk/unions/")
    page.get_by_label("找工会").fill(code)
    press(page, "查找")
    page.locator(".keyline", has=page.locator("small", has_text=code)).get_by_role("link").first.click()


def test_an_officer_is_appointed_signs_in_and_goes(house_of_cases: Place, chromium: Browser, page: Page, width: str):
    username = width.replace(" ", ".")
    open_union(house_of_cases, page, "Y")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("初始密码").fill("short")
    page.get_by_label("姓名").fill("新来的（虚构）")
    press(page, "任命")
    expect(page.locator("main")).to_contain_text("密码")
    assert page.get_by_label("用户名").input_value() == username, "what was typed stays"
    page.get_by_label("初始密码").fill(browsers.PASSWORD)
    press(page, "任命")
    expect(page.get_by_text("已任命。")).to_be_visible()
    row = page.locator(".card-body", has_text="新来的（虚构）").last
    newcomer = browsers.open_context(chromium, house_of_cases.address).new_page()
    browsers.sign_in(newcomer, house_of_cases.address, username)
    expect(newcomer.locator("h1")).to_contain_text("密码")  # the first thing is one of their own

    row.get_by_role("button", name="结束", exact=True).click()
    expect(page.locator("main")).not_to_contain_text("新来的（虚构）")
    ((role, code, has_ended),) = house_of_cases.read(
        "SELECT post.role, union_.code, post.ends_before IS NOT NULL FROM accounts_post post JOIN accounts_account account ON account.id = post.account_id "
        "JOIN organizations_orgunit union_ ON union_.id = post.org_id WHERE account.username = ?",
        username,
    )
    assert (role, code, has_ended) == ("COUNTY", "Y", 1)


def test_a_union_moves_or_is_merged_after_what_happens_to_its_work_was_seen(
    house_of_cases: Place, page: Page, width: str
):
    code, kind, to, name = CHANGES[width]
    open_union(house_of_cases, page, code)
    page.get_by_role("link", name="移动、合并、撤销").click()
    page.get_by_label("怎样变动").select_option(kind)
    page.get_by_label("新上级或承接工会").fill("没有这个工会")
    press(page, "看会发生什么")
    expect(page.locator("main")).to_contain_text("辖区内没有名称或编号符合的在用工会")
    page.get_by_label("新上级或承接工会").fill(to)
    press(page, "看会发生什么")
    expect(page.get_by_role("heading", name="各归谁")).to_be_visible()
    expect(page.locator("main")).to_contain_text(name)
    press(page, "照此办理")
    expect(page.locator("main")).to_contain_text("必填")  # why, and by which paper
    page.get_by_label("理由和依据").fill("虚构批文〔2023〕1号")
    press(page, "照此办理")
    expect(page.get_by_role("status").first).to_be_visible()
    ((state, above, heir),) = house_of_cases.read(
        "SELECT one.state, above.code, heir.code FROM organizations_orgunit one LEFT JOIN organizations_orgunit above ON above.id = one.parent_id "
        "LEFT JOIN organizations_orgunit heir ON heir.id = one.successor_id WHERE one.code = ?",
        code,
    )
    assert (heir if kind == "MERGE" else above) == to
    assert (state == "ACTIVE") is (kind == "MOVE")


def test_the_calendar_follows_a_notice_after_a_look(house_of_cases: Place, page: Page, width: str):
    page.goto(f"{house_of_cases.address}/desk/calendar/?year=2023")
    page.get_by_label("通知里的日子").fill(f"{DAYS[width]} 上班")
    page.get_by_label("通知文号").fill("虚构〔2023〕2号")
    press(page, "先看会改变什么")
    expect(page.locator("main")).to_contain_text("上班")
    page.get_by_role("textbox", name="通知里的日子").last.fill(f"{DAYS[width]} 班")
    press(page, "先看会改变什么")
    expect(page.get_by_role("heading", name="会改变什么")).to_be_visible()
    press(page, "照此更改")
    expect(page.get_by_text("已更改 1 天")).to_be_visible()
    assert house_of_cases.read("SELECT is_working FROM organizations_workday WHERE day = ?", DAYS[width]) == [(1,)]
