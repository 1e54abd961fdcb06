"""Every entry of the papers that is a service stands in the demo city with data in it: on a page that an officer opens, not in a table alone."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.journeys.served import served
from tests.screens.demo_entries import ENTRIES, TABLE, Shown
from tests.screens.served_house import PASSWORD


@pytest.fixture(scope="module")
def read(demo_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The main part of a page, as the county's officer gets it."""
    with served(demo_city, datetime.now(UTC), tmp_path_factory.mktemp("demo-log") / "served.log") as address:
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

        def get(path: str) -> str:
            page: str = browser.open(f"{address}{path}").read().decode()
            return page[page.index("<main") :]

        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', get("/login/"))
        assert token
        told = {"csrfmiddlewaretoken": token[1], "username": "county", "password": PASSWORD}
        login = f"{address}/login/"
        browser.open(urllib.request.Request(login, urllib.parse.urlencode(told).encode(), headers={"Referer": login}))
        yield get


def test_the_table_has_every_entry_and_no_other() -> None:
    assert sorted({one.entry for one in TABLE}) == ENTRIES


@pytest.mark.parametrize("shown", TABLE, ids=lambda one: f"{one.entry} {one.path}")
def test_an_entry_has_a_page_with_data_in_it(read: Callable[[str], str], shown: Shown) -> None:
    page = read(shown.path)
    tables = re.findall(r"<tbody.*?</tbody>", page, re.DOTALL)
    assert tables, "the page lists nothing"
    assert len(re.findall(r"<tr[ >]", tables[-1])) >= shown.rows
    assert [word for word in shown.words if word not in page] == []


def test_no_talk_of_the_demo_has_more_listeners_than_its_union_has_members(read: Callable[[str], str]) -> None:
    page = read("/desk/talks/")
    assert [share for share in re.findall(r">([\d.]+)%</td>", page) if float(share) > 100] == []
    assert "请核对" not in page
