"""The county's desk in a browser: a pile of orders by keyboard alone, and two officers on one order."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import browser as browsers
from tests.journeys.conftest import Place


def opened(place: Place, chromium: Browser, username: str) -> Page:
    page = browsers.open_context(chromium, place.address).new_page()
    browsers.sign_in(page, place.address, username)
    return page


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.closest('[data-row]')?.innerText ?? document.activeElement.tagName")


def test_a_pile_of_orders_is_handed_down_by_keyboard_alone(house_of_cases: Place, chromium: Browser):
    page = opened(house_of_cases, chromium, "county")
    page.goto("/desk/orders/?state=CREATED")
    rows = page.locator("[data-row]")
    numbers = [text.split()[-1] for text in rows.all_inner_texts()]
    page.keyboard.press("j")
    assert numbers[0] in focused(page)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "who moves by keys sees where they are"
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert numbers[1] in focused(page)
    page.keyboard.press("x")
    expect(page.locator(".pick-count")).to_have_text("已选 2 件")

    # Keys belong to the field that has the focus, and to the browser's own shortcuts.
    page.keyboard.press("/")
    page.keyboard.type("jxf?")
    assert page.locator("#o-number").input_value() == "jxf?"
    page.locator("#o-number").fill("")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+x")
    expect(page.locator(".pick-count")).to_have_text("已选 2 件")

    # Enter opens the row, back brings the ticks and the place back.
    page.keyboard.press("j")
    assert numbers[2] in focused(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/orders/*/?back=*")
    page.go_back()
    expect(page.locator(".pick-count")).to_have_text("已选 2 件")
    assert page.url.endswith("?state=CREATED"), "the filters survive"
    page.keyboard.press("j")
    assert numbers[3] in focused(page)

    page.keyboard.press("f")
    expect(page.locator("h1")).to_contain_text("批量转派：2 件")
    page.locator("button", has_text="确认转派").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("办成 2 件，没有办成 0 件")
    page.locator("a", has_text="回到列表").first.focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(len(numbers) - 2)
    assert page.url.endswith("?state=CREATED")

    # The list of keys, and the switch that leaves every single key alone.
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("使用单键快捷键").press("Space")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert focused(page) == "BODY"
    page.reload()
    page.keyboard.press("j")
    assert focused(page) == "BODY", "it stays off"
    page.get_by_role("button", name="键盘快捷键").click()
    page.get_by_label("使用单键快捷键").check()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert focused(page) != "BODY"


def test_a_pile_is_gone_through_from_page_to_page_by_keys(house_of_cases: Place, chromium: Browser):
    page = opened(house_of_cases, chromium, "county")
    page.goto("/desk/orders/?scope=all")
    addresses = page.locator("[data-row] a").evaluate_all("links => links.map(link => link.pathname)")
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(f"**{addresses[1]}*")
    expect(page.get_by_role("navigation", name="这一叠")).to_contain_text(f"2 / {len(addresses)}")
    page.keyboard.press("j")
    page.wait_for_url(f"**{addresses[2]}*")
    page.keyboard.press("k")
    page.wait_for_url(f"**{addresses[1]}*")
    page.keyboard.press("u")
    page.wait_for_url("**/desk/orders/?scope=all")
    page.goto(addresses[0])
    expect(page.get_by_text(f"1 / {len(addresses)}")).to_be_visible()
    expect(page.get_by_role("link", name="上一件")).to_be_hidden()


def test_a_case_is_judged_by_keys_but_not_by_one_that_slips(house_of_cases: Place, chromium: Browser):
    page = opened(house_of_cases, chromium, "county")
    page.goto("/desk/review/?desk=accept&grade=&outcome=")
    count = page.locator("[data-row]").count()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases/**")
    page.keyboard.press("g")
    step = page.locator("[data-decide] button").first
    expect(step).to_be_focused()
    expect(step).to_have_text("复核通过")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("已办理")
    page.keyboard.press("u")
    page.wait_for_url("**/desk/review/?desk=accept*")
    expect(page.locator("[data-row]")).to_have_count(count - 1)


def test_two_officers_on_one_order_do_not_undo_each_other(house_of_cases: Place, chromium: Browser):
    first, second = opened(house_of_cases, chromium, "county"), opened(house_of_cases, chromium, "city")
    first.goto("/desk/orders/?state=CREATED")
    address = first.locator("a.order-card").last.get_attribute("href") or ""
    for page in (first, second):
        page.goto(address)
    second.get_by_text("不该由我处办").click()
    second.get_by_label("退回理由").fill("本县无此单位，请核对")
    first.locator("main").get_by_role("button", name="签收", exact=True).click()
    expect(first.get_by_role("status")).to_contain_text("已签收")
    second.get_by_role("button", name="退回", exact=True).click()
    told = second.get_by_role("alert")
    expect(told).to_contain_text("已由他人办过")
    expect(told).to_contain_text("county：签收")
    assert second.get_by_label("退回理由").input_value() == "本县无此单位，请核对"
    expect(second.get_by_label("退回理由")).to_be_visible()
    second.get_by_role("button", name="退回", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("没有上级可退")


@pytest.mark.parametrize("username", ["auditor", "finance"])
def test_no_list_troubles_the_script_of_who_only_reads_it(house_of_cases: Place, chromium: Browser, username: str):
    """Where there are no boxes to tick and no steps to take, the keys and the filters go on working."""
    page = opened(house_of_cases, chromium, username)
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(f"{page.url} {error}"))
    page.on("console", lambda said: heard.append(f"{page.url} {said.text}") if said.type == "error" else None)
    lists = set(
        page.eval_on_selector_all("nav a[href^='/desk/']", "(all) => all.map((one) => one.getAttribute('href'))")
    )
    assert len(lists) > 4
    if username == "auditor":
        lists.add("/desk/orders/?scope=all")
    for address in sorted(lists):
        page.goto(address)
    assert heard == []
    page.context.close()
