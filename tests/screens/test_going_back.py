"""A form that was refused and then sent is behind the answer: going back opens it, and not the browser's page of an error."""

from __future__ import annotations

from playwright.sync_api import expect, sync_playwright

from tests.journeys import browser as browsers


def test_going_back_over_a_refused_form_opens_the_form(served_copy: tuple[str, dict]):
    address, made = served_copy
    username, path = next((user, path) for _role, user, name, path in made["pages"] if name == "member-object")
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = chromium.new_context(viewport=browsers.PHONE, locale="zh-CN").new_page()
        page.set_default_timeout(20_000)
        browsers.sign_in(page, address, username)
        page.goto(address + path)
        send = page.get_by_role("button", name="提交异议")
        with page.expect_navigation():
            send.click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        page.locator("[name=about]").select_option("OUTCOME")
        page.locator("[name=text]").fill("收入算错了。")
        with page.expect_navigation():
            send.click()
        expect(page.get_by_text("异议已收到")).to_be_visible()
        page.go_back()
        expect(page.locator("[name=text]")).to_be_visible()
        chromium.close()
