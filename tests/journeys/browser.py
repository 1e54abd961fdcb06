"""Chromium as the journeys, the screens and the pictures use it."""

from __future__ import annotations

import os

from playwright.sync_api import Browser, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--lang=zh-CN",
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PASSWORD = "niangjia-demo-2023"


def launch(play: Playwright) -> Browser:
    """The browser's own words (of a file field, say) are Chinese like the pages."""
    return play.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env={**os.environ, "LANGUAGE": "zh_CN"})


def sign_in(page: Page, address: str, username: str, password: str = PASSWORD) -> None:
    """Through the form, as people do."""
    page.goto(f"{address}/login/")
    form = page.locator("main form").first
    form.locator("[name=username]").fill(username)
    form.locator("[name=password]").fill(password)
    form.locator("button").click()
    page.wait_for_url(lambda url: "/login" not in url)


def go_to_step(page: Page, step: str) -> None:
    """To one step of the visit's form (`officer.visit_form.STEPS`), as on a phone."""
    page.locator(f".visit-steps a[href='#s-{step}']").click()


def find_all_members_right(page: Page) -> None:
    for card in page.locator(".member-says").all():
        card.locator("label", has_text="对").first.click()
