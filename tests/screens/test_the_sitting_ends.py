"""A worker writes an objection, the sitting ends, they sign in again: what was written stands in its place until they press again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.journeys import browser as browsers

WORDS = "家里去年十月起没有工资，\n存折和停发证明都在工会。"


@pytest.mark.parametrize("script", [True, False])
def test_the_sitting_ends_while_i_write(served_copy: tuple[str, dict], script: bool):
    address, made = served_copy
    username, path = next((user, path) for _role, user, name, path in made["pages"] if name == "member-object")
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        context = chromium.new_context(viewport=browsers.PHONE, locale="zh-CN", java_script_enabled=script)
        page = context.new_page()
        page.set_default_timeout(20_000)
        browsers.sign_in(page, address, username)
        page.goto(address + path)
        page.locator("[name=text]").fill(WORDS)
        page.locator("[name=about]").select_option(index=1)
        chosen = page.locator("[name=about]").input_value()
        context.clear_cookies(name="niangjia_session")
        page.get_by_role("button", name="提交异议").click()
        expect(page.get_by_text("已替您留着")).to_be_visible()
        form = page.locator("main form").first
        form.locator("[name=username]").fill(username)
        form.locator("[name=password]").fill(browsers.PASSWORD)
        form.locator("button").click()
        expect(page.locator("[name=text]")).to_have_value(WORDS)
        assert page.locator("[name=about]").input_value() == chosen
        expect(page.get_by_text("所以没有生效")).to_be_visible()
        context.clear_cookies(name="niangjia_csrf")  # and now the page's token is old
        with page.expect_navigation():
            page.get_by_role("button", name="提交异议").click()
        expect(page.locator("[name=text]")).to_have_value(WORDS)
        if script:
            with page.expect_navigation():
                page.get_by_role("button", name="提交异议").click()
            page.wait_for_load_state()
            expect(page.get_by_text("所以没有生效")).to_have_count(
                0
            )  # it arrived: what is answered now is about the objection itself
        chromium.close()
