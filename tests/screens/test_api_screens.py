"""The page of the API's document in a browser: drawn from here alone, without a word against it by the content policy."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.journeys import browser as browsers

ROOT = Path(__file__).parents[2]
OUT = Path(__file__).parent / "out"


@pytest.mark.django_db(transaction=True)
def test_the_document_is_drawn_within_the_content_policy(live_server, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs a loop in this thread
    complaints, strangers = [], []
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = chromium.new_page(viewport=browsers.DESK)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                strangers.append(request.url)
                if urlsplit(request.url).netloc not in (urlsplit(live_server.url).netloc, "")
                else None
            ),
        )
        page.goto(f"{live_server.url}/api/v1/docs")
        page.locator(".opblock").first.wait_for()
        page.locator(".opblock-summary").first.click()
        page.locator(".opblock-description").first.wait_for()
        count = page.locator(".opblock").count()
        OUT.mkdir(exist_ok=True)
        page.screenshot(path=OUT / "api-document.png")
        chromium.close()
    paths = json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))["paths"]
    assert count == sum(len(operations) for operations in paths.values())
    assert (complaints, strangers) == ([], [])
