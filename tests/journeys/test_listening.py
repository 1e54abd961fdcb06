"""What the journeys listen for is heard: an error, what the content policy blocks, a request to another host."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.journeys import browser as browsers
from tests.journeys.conftest import Place


def test_a_page_that_complains_or_asks_another_host_is_heard(visits: Place, chromium: Browser):
    page = browsers.open_context(chromium, visits.address).new_page()
    page.goto("/login/")
    assert browsers.HEARD.complaints == []
    page.evaluate("console.error('out of order')")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'h1 {color: red}'}))"
    )
    page.evaluate("new Image().src = 'http://192.0.2.1/mark.png'")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.route("http://192.0.2.1/", lambda asked: asked.fulfill(body="elsewhere"))
    page.goto("http://192.0.2.1/")
    said = "\n".join(browsers.HEARD.complaints)
    for word in ("out of order", "style-src", "img-src", "broken"):
        assert word in said
    assert set(browsers.HEARD.strangers) == {"http://192.0.2.1/mark.png", "http://192.0.2.1/"}
    page.context.close()
    browsers.HEARD.forget()
