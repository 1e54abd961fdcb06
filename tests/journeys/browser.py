"""Chromium as the journeys, the screens and the pictures use it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from niangjia.portals.design import reviewed

TAKES_PICTURES = any(os.environ.get(name) == "1" for name in ("NIANGJIA_TOURS", "NIANGJIA_SCREENS"))
WHOLE, LIGHT = Path("/usr/bin/chromium"), Path("/usr/bin/chromium-headless-shell")
CHROMIUM = WHOLE if TAKES_PICTURES or not LIGHT.exists() else LIGHT
"""Debian's; the light one has no windows, takes a quarter less of processor, and its own words (of a file field) are English."""
FLAGS = [
    "--lang=zh-CN",
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--disable-gpu-rasterization", "--disable-gpu-compositing", "--disable-extensions",
]  # fmt: skip
DESK = {"width": reviewed.DESK, "height": 900}
PHONE = {"width": reviewed.PHONE, "height": 844}
ON_PHONE: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
PASSWORD = "niangjia-demo-2023"
REFUSED = r"status of (409|422) "
"""A step that was refused: the journey asked for it and reads the words on the page."""


@dataclass
class Heard:
    """What pages said on the console (errors, warnings, what the content policy blocked) and what they asked of another host."""

    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def forget(self) -> None:
        self.complaints.clear()
        self.strangers.clear()


HEARD = Heard()
"""Of every browser that `open_context` opened; after each journey both are empty (`conftest.nothing_is_heard`)."""


def launch(play: Playwright) -> Browser:
    """The browser's own words (of a file field, say) are Chinese like the pages."""
    return play.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env={**os.environ, "LANGUAGE": "zh_CN"})


def open_context(chromium: Browser, address: str, *, expected: str = "", **options: Any) -> BrowserContext:
    """One person's own browser, at a desk unless `options` say else; `expected`: further complaints that belong to the journey."""
    context = chromium.new_context(**{"viewport": DESK, "locale": "zh-CN", "base_url": address, **options})
    context.set_default_timeout(15_000)
    belongs, own = re.compile(f"{REFUSED}|{expected}" if expected else REFUSED), urlsplit(address).netloc

    def heard(text: str, place: str = "") -> None:
        if not belongs.search(text):
            HEARD.complaints.append(f"{place}: {text}")

    context.on(
        "console",
        lambda said: (
            heard(said.text, said.page.url if said.page else "") if said.type in ("error", "warning") else None
        ),
    )
    context.on("weberror", lambda error: heard(str(error.error)))
    context.on(
        "request",
        lambda asked: HEARD.strangers.append(asked.url) if urlsplit(asked.url).netloc not in (own, "") else None,
    )
    return context


def sign_in(page: Page, address: str, username: str, password: str = PASSWORD) -> None:
    """Through the form, as people do."""
    page.goto(f"{address}/login/")
    form = page.locator("main form").first
    form.locator("[name=username]").fill(username)
    form.locator("[name=password]").fill(password)
    form.locator("button").click()
    page.wait_for_url(lambda url: "/login" not in url)


def number_told(page: Page) -> str:
    """The number of a matter on the page that answers; a click waits for that page to begin, not for all of it to be there."""
    page.wait_for_load_state()
    told = re.search(r"SX\d{13}", page.content())
    assert told, f"{page.url} tells no number: {page.locator('body').inner_text()}"
    return told[0]


def go_to_step(page: Page, step: str) -> None:
    """To one step of the visit's form (`officer.visit_form.STEPS`), as on a phone."""
    page.locator(f".visit-steps a[href='#s-{step}']").click()


def find_all_members_right(page: Page) -> None:
    for card in page.locator(".member-says").all():
        card.locator("label").first.click()


def bytes_over_the_wire(page: Page, address: str) -> dict[str, int]:
    """What opening `address` in this page brings, by address, as it came: compressed, with its heads. Nothing is taken from the cache."""
    wire, names, found = page.context.new_cdp_session(page), {}, {}
    wire.on("Network.requestWillBeSent", lambda said: names.setdefault(said["requestId"], said["request"]["url"]))
    wire.on(
        "Network.loadingFinished",
        lambda said: found.__setitem__(names.get(said["requestId"], said["requestId"]), said["encodedDataLength"]),
    )
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(address, wait_until="networkidle")
    wire.detach()
    return {urlsplit(name).path: int(length) for name, length in found.items()}
