"""
What the first page on a phone brings over the wire: ``python benchmarks/first_page.py http://127.0.0.1:8000`` beside ``niangjia serve`` of a demo.

Chromium, 390 px wide, nothing in its cache; bytes as they came, compressed and with their heads, by its own count. No times.
"""

from __future__ import annotations

import sys

from playwright.sync_api import sync_playwright

from tests.journeys import browser as browsers

PAGES = [
    ("public home", "/", ""),
    ("signing in", "/login/", ""),
    ("a worker's first page", "/mine/", "worker"),
    ("a grassroots chair's first page", "/desk/", "grassroots"),
]


def main(host: str) -> None:
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        for name, address, username in PAGES:
            context = browsers.open_context(chromium, host, **browsers.ON_PHONE)
            if username:
                browsers.sign_in(context.new_page(), host, username)
            page = context.new_page()
            found = browsers.bytes_over_the_wire(page, address)
            print(f"{sum(found.values()) / 1024:6.0f} KB  {len(found):3d} requests  {name}: {page.url}")
            for path, length in sorted(found.items(), key=lambda one: -one[1])[:6]:
                print(f"       {length / 1024:6.1f} KB  {path}")
            context.close()


if __name__ == "__main__":
    main(sys.argv[1])
