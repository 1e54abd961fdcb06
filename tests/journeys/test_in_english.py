"""An officer's day and a worker's way in English: nothing is left in Chinese but names, and switching loses neither the page nor what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from niangjia.portals.tests import markup
from niangjia.portals.tests.test_every_address import DATA
from tests.journeys import browser as browsers
from tests.journeys.conftest import Place
from tests.journeys.test_applying import act, sitting

Look = Callable[[Page], None]
TYPED = "Wrong county (虚构)"
A_DAY = re.compile(r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20\d\d\b")


@pytest.fixture
def in_english() -> Iterator[Look]:
    """Looks at a page; at the end of the journey nothing in Chinese, no date and no money as Chinese writes it, was on any of them."""
    wrong: list[str] = []

    def look(page: Page) -> None:
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.lang") == "en"
        left = markup.chinese(page.content(), (*DATA, TYPED, "越城（虚构）"))
        left += re.findall(r"20\d\d-\d\d-\d\d.*|\d ?元|¥", page.locator("body").inner_text())
        wrong.extend(f"{page.url}: {said}" for said in left)

    yield look
    assert wrong == [], "\n".join(wrong)


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()


def switch(page: Page, language: str) -> None:
    page.wait_for_load_state()
    for fold in ("details.menu", "details.who"):
        if page.locator(f"{fold} > summary:visible").count():
            page.locator(f"{fold} > summary:visible").first.click()
    with page.expect_navigation():
        page.get_by_role("button", name=language).first.click()


def test_an_officers_day_in_english(visits: Place, chromium: Browser, in_english: Look):
    order_id = visits.made["order_of"]["english"]

    def signed_in(name: str) -> Page:
        page = browsers.open_context(chromium, visits.address, locale="en-GB").new_page()
        page.goto("/login/")
        in_english(page)
        browsers.sign_in(page, visits.address, visits.made["names"][name])
        in_english(page)
        return page

    def hand_down(page: Page) -> None:
        press(page, "Accept")
        in_english(page)
        press(page, "Forward")
        in_english(page)

    page = browsers.open_context(chromium, visits.address).new_page()
    page.goto("/login/?next=/desk/orders/")
    page.get_by_label("用户名").fill("somebody")
    switch(page, "English")
    expect(page).to_have_url(f"{visits.address}/login/?next=/desk/orders/")
    expect(page.get_by_label("User name")).to_have_value("somebody")
    page.context.close()

    page = signed_in("county")
    page.goto("/desk/orders/?state=CREATED")
    in_english(page)
    switch(page, "简体中文")
    expect(page).to_have_url(f"{visits.address}/desk/orders/?state=CREATED")
    expect(page.locator("h1")).to_have_text("工单")
    switch(page, "English")
    page.locator(f"a[href^='/desk/orders/{order_id}/']").first.click()
    in_english(page)
    assert A_DAY.search(page.locator("main").inner_text())

    # A refused step, and the other language on its page: what was typed is there, and so is the page.
    page.get_by_text("Not ours? Hand it back").click()
    page.get_by_label("Why it goes back").fill(TYPED)
    press(page, "Hand back")
    expect(page.get_by_role("alert")).to_contain_text("nobody to hand it back to")
    in_english(page)
    switch(page, "简体中文")
    expect(page).to_have_url(f"{visits.address}/desk/orders/{order_id}/")
    expect(page.get_by_label("退回理由")).to_have_value(TYPED)
    expect(page.get_by_label("退回理由")).to_be_visible()
    switch(page, "English")
    hand_down(page)
    page.context.close()

    page = signed_in("township")
    page.goto(f"/desk/orders/{order_id}/")
    hand_down(page)
    page.context.close()

    page = signed_in("grassroots")
    page.goto(f"/desk/orders/{order_id}/")
    press(page, "Accept")
    press(page, "Assign")
    in_english(page)
    page.get_by_role("link", name="Fill in the visit form").click()
    expect(page.locator("form[data-is-here]")).to_be_attached()
    in_english(page)
    press(page, "Save the visit")
    expect(page.locator("#refusal")).to_contain_text("need correcting")
    in_english(page)
    fill_in(page)
    switch(page, "简体中文")
    expect(page.locator("[name=verifier_opinion]")).to_have_value(TYPED)
    switch(page, "English")
    expect(page.locator("[name=verifier_opinion]")).to_have_value(TYPED)
    page.locator("input[name=outcome][value=V1]").check()
    page.locator("[data-hand-in]").click()
    page.wait_for_url(f"**/desk/orders/{order_id}/")
    in_english(page)
    page.context.close()

    page = signed_in("county")
    page.goto("/desk/review/")
    in_english(page)
    [(case_id,)] = visits.read("SELECT id FROM cases_case WHERE work_order_id = ?", order_id)
    page.locator(f"main a[href^='/desk/cases/{case_id}/']").first.click()
    in_english(page)
    press(page, "Accept")
    expect(page.get_by_role("status")).to_be_visible()
    in_english(page)
    page.context.close()
    reviewed = "SELECT username FROM cases_case JOIN accounts_account ON accounts_account.id = reviewed_by_id WHERE cases_case.id = ?"
    assert visits.read(reviewed, case_id) == [("county",)]


def fill_in(page: Page) -> None:
    page.locator("input[name=with]").first.check()
    browsers.go_to_step(page, "agree")
    page.locator("[name=has_consent][value=yes]").check()
    page.locator("[name=authorisation_no]").fill("SQ202310-10")
    browsers.go_to_step(page, "family")
    browsers.find_all_members_right(page)
    page.locator("[name=main_cause]").select_option("低收入")
    browsers.go_to_step(page, "money")
    page.locator("[name=income_items-0-item]").fill("Wages")
    page.locator("[name=income_items-0-amount]").fill("18000")
    browsers.go_to_step(page, "signed")
    page.locator("[name=is_signed][value=yes]").check()
    browsers.go_to_step(page, "found")
    page.locator("[name=verifier_opinion]").fill(TYPED)
    expect(page.locator("[data-state]")).to_contain_text("Kept ")


def test_a_workers_way_in_english(applying: Place, chromium: Browser, in_english: Look):
    address, logins = applying.address, applying.made["logins"]
    page = browsers.open_context(chromium, address, locale="en-GB", viewport=browsers.PHONE).new_page()
    browsers.sign_in(page, address, logins["english"])
    in_english(page)
    page.goto("/mine/find/")
    in_english(page)
    page.goto("/programs/33/migrant-education-subsidy/")
    in_english(page)
    page.get_by_role("link", name="Apply", exact=True).click()
    in_english(page)
    page.get_by_role("button", name="Start the application").click()
    for value in ("yes", page.get_by_role("radio").first.get_attribute("value"), "yes", "3600", "0"):
        in_english(page)
        if value == "3600":
            page.locator("[name=value]").fill("lots")
            press(page, "Save and go on")
            in_english(page)
            switch(page, "简体中文")
            expect(page.locator("[name=value]")).to_have_value("lots")
            switch(page, "English")
        radio = page.locator(f"input[type=radio][value='{value}']")
        (radio.or_(page.get_by_role("radio")).first.check() if page.get_by_role("radio").count() else page.locator("[name=value]").fill(value))  # fmt: skip
        press(page, "Save and go on")
    while "/papers/" in page.url:
        in_english(page)
        press(page, "I will hand it to my union later")
    in_english(page)
    page.get_by_role("checkbox").check()
    press(page, "Hand in the request")
    number = page.locator(".receipt").inner_text()
    in_english(page)

    for who, outcome in (("grassroots", "报送"), ("county", "通过"), ("city", "同意")):
        with sitting(chromium, address, logins[who]) as desk:
            if who == "county":
                desk.goto("/desk/applications/")
                desk.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
                desk.locator("#f-work_county_class").select_option("mountain")
                desk.get_by_role("radio", name=re.compile(f"^{outcome}")).check()
                desk.get_by_role("button", name="办理", exact=True).click()
            else:
                act(desk, number, outcome)
            expect(desk.get_by_role("status").first).to_be_visible()

    page.goto("/mine/")
    in_english(page)
    page.get_by_role("region", name="My applications").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Decision")).to_contain_text("1,800.00")
    in_english(page)
    assert A_DAY.search(page.locator("main").inner_text())
    page.context.close()
