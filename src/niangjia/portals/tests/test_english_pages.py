"""On an English page Chinese is data that says so: names, places, quoted clauses; never a word of the page itself."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.portals.design.foreign import mark_chinese
from niangjia.portals.tests.test_every_address import PAGES
from tests.architecture.test_words import catalogue

CHINESE = re.compile(r"[㐀-鿿]+")
SAID = re.compile(
    r'<(\w+)[^>]*\b(?:lang="zh-Hans"|translate="no")[^>]*>.*?</\1>|<(script|style|svg|textarea|title)\b.*?</\2>', re.S
)
OPEN = ("home", "notices", "programs", "privacy", "accessibility", "login", "components")
THEIRS = {"中文"}
"""The language switch's own name, which a reader of Chinese looks for."""


def outside(html: str) -> list[str]:
    """Chinese of a page's text that does not stand in an element saying that it is Chinese."""
    return CHINESE.findall(re.sub(r"<[^>]*>", " ", SAID.sub(" ", html)))


def words_left_in_chinese(html: str) -> set[str]:
    """Chinese between tags or in labels that the catalogue has an English word for."""
    labels = re.findall(r'(?:aria-label|placeholder|title|data-label|alt)="([^"]*)"', html)
    texts = re.findall(r">([^<>]*)<", re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S))
    whole = {unescape(text).strip() for text in (*labels, *texts)}
    return {text for text in whole if CHINESE.search(text) and text in catalogue()} - THEIRS


def test_a_run_of_chinese_is_marked_where_an_element_can_stand_and_an_option_says_it_itself():
    page = '<p title="李">of 新昌县总工会（演示） · 3</p><textarea>李</textarea><option value="1">李**</option><svg><text>李</text></svg>'
    marked = mark_chinese(page)
    assert '<p title="李">of <span lang="zh-Hans">新昌县总工会（演示）</span> · 3</p>' in marked
    assert "<textarea>李</textarea>" in marked and "<svg><text>李</text></svg>" in marked
    assert '<option value="1" lang="zh-Hans">李**</option>' in marked


@pytest.mark.parametrize("role", [Role.COUNTY, Role.WORKER, None])
def test_chinese_on_an_english_page_says_so_and_is_no_word_of_the_page(house, signed_in, client, role):
    """Over every page of a county officer and a worker, and the open ones."""
    browser = signed_in(house.viewers[role], "en") if role else client
    wrong = []
    pages = {name: PAGES[name][0](house) for name, (_parts, allowed) in PAGES.items() if role in allowed} if role else {f"public:{name}": [] for name in OPEN}  # fmt: skip
    for name, parts in pages.items():
        response = browser.get(reverse(name, args=parts), headers={"accept-language": "en"})
        if response.streaming or not response.headers["Content-Type"].startswith("text/html"):
            continue
        html = response.content.decode()
        assert '<html lang="en"' in html, name
        wrong += [f"{name}: {text} is not marked" for text in outside(html)]
        wrong += [f"{name}: {text} has an English word" for text in words_left_in_chinese(html)]
    assert not wrong, "\n".join(sorted(set(wrong)))
