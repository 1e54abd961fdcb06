"""By keys alone: a home visit from signing in to handing it in, and an application from signing in to its receipt."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.journeys import browser as browsers
from tests.journeys.conftest import Place
from tests.journeys.keyboard import Keys

WRONG_PASSWORD = r"status of 403 .*"


def sign_in(page: Page, username: str) -> Keys:
    keys = Keys(page)
    page.goto("/login/")
    keys.skip_to_content()
    form = page.locator("main form").first
    keys.tab_to(form.locator("[name=username]"))
    keys.type(username)
    keys.press("Tab")
    keys.type("not the one")
    keys.follow()
    expect(page.locator(":focus")).to_have_attribute("id", "refusal")
    keys.tab_to(form.locator("[name=password]"))
    keys.type(browsers.PASSWORD)
    keys.follow()
    assert "/login" not in page.url
    return keys


def test_a_chairman_without_a_mouse_reports_a_visit(visits: Place, chromium: Browser):
    page = browsers.open_context(chromium, visits.address, expected=WRONG_PASSWORD).new_page()
    keys = sign_in(page, visits.made["names"]["grassroots"])
    order_id = visits.made["order_of"]["keyboard"]
    page.goto("/desk/orders/")
    keys.skip_to_content()
    card = page.locator(f"a[href^='/desk/orders/{order_id}/']").first
    keys.tab_to(card)
    keys.follow()

    the_keys_that_help(page, keys)
    keys.skip_to_content()
    keys.tab_to(page.get_by_role("link", name="填写走访表"))
    keys.follow()
    expect(page.locator("form[data-is-here]")).to_be_attached()
    keys.skip_to_content()
    hand_in = page.locator("[data-hand-in]")
    members = {each.get_attribute("name"): "RIGHT" for each in page.locator(".member-says [value=RIGHT]").all()}
    keys.fill(
        {
            "with": "", "has_consent": "yes", "authorisation_no": "SQ202310-8", "main_cause": "低收入", **members,
            "income_items-0-item": "工资", "income_items-0-amount": "18000", "is_signed": "yes", "outcome": "V1",
        },
        hand_in,
    )  # fmt: skip
    keys.follow()
    expect(page.locator(":focus")).to_have_attribute("id", "refusal")
    expect(page.locator("#refusal")).to_contain_text("补正")
    keys.stop()
    keys.fill({"verifier_opinion": "情况属实，建议帮扶。"}, hand_in)
    keys.press("Enter")
    page.wait_for_url(f"**/desk/orders/{order_id}/")
    assert keys.wrong == [], "\n".join(keys.wrong)
    assert visits.read("SELECT count(*) FROM cases_visit WHERE work_order_id = ?", order_id) == [(1,)]
    found = "SELECT cases_finding.outcome FROM cases_finding JOIN cases_case ON cases_case.id = case_id WHERE work_order_id = ?"
    assert visits.read(found, order_id) == [("V1",)]


def the_keys_that_help(page: Page, keys: Keys) -> None:
    """The dialog keeps the focus while it is open, and gives it back."""
    opener = page.locator("[data-keys-open]").first
    keys.skip_to_content()
    keys.tab_to(opener)
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(6):
        keys.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)"
        )
    keys.press("Escape")
    assert opener.evaluate("(each) => each === document.activeElement")
    page.reload()


def test_a_worker_without_a_mouse_applies(applying: Place, chromium: Browser):
    page = browsers.open_context(
        chromium, applying.address, viewport=browsers.PHONE, expected=WRONG_PASSWORD
    ).new_page()
    keys = sign_in(page, applying.made["logins"]["keyboard"])
    page.goto("/programs/33/migrant-education-subsidy/")
    keys.skip_to_content()
    keys.tab_to(page.get_by_role("link", name="申请", exact=True))
    keys.follow()
    keys.skip_to_content()
    keys.tab_to(page.get_by_role("button", name="开始申请"))
    keys.follow()
    go_on = page.get_by_role("button", name="保存并继续")

    def answer(value: str) -> None:
        keys.skip_to_content()
        keys.fill({"value": value}, go_on)
        keys.follow()
        page.wait_for_load_state()

    answer("yes")
    answer(page.get_by_role("radio").first.get_attribute("value") or "")
    answer("yes")
    answer("三千六")
    expect(page.locator(":focus")).to_have_attribute("name", "value")  # the field that is wrong
    keys.press("ControlOrMeta+a")
    keys.type("3600")
    keys.follow()
    answer("0")
    while "/papers/" in page.url:
        keys.skip_to_content()
        keys.tab_to(page.get_by_role("button", name="稍后交给单位工会"))
        keys.follow()
        page.wait_for_load_state()
    keys.skip_to_content()
    keys.tab_to(page.get_by_role("checkbox"))
    keys.press("Space")
    keys.tab_to(page.get_by_role("button", name="提交申请"))
    keys.follow()
    number = page.locator(".receipt").inner_text()
    assert re.fullmatch(r"SX\d{13}", number)
    assert keys.wrong == [], "\n".join(keys.wrong)
    assert applying.read("SELECT state FROM matters_matter WHERE id = ?", int(number[-7:])) == [("AT_WORK",)]
