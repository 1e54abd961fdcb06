"""The towns that the journeys go through, each built once, and the browser; after each journey nothing was complained of."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from demo.town import generate
from niangjia.kernel.months import Month
from tests.journeys import browser as browsers
from tests.journeys.prepared import MORNING
from tests.journeys.served import ROOT, served
from tests.once import built_once

SENSED = "2023-10"


@dataclass
class Town:
    """`data` is the deployment, `start` what `prepared` said of it."""

    data: Path
    address: str
    start: dict[str, str | int]
    sign_in: Callable[..., Page]


@dataclass(frozen=True)
class Place:
    """A small town that is served: its address, its folder, and what was said when it was built."""

    address: str
    data: Path
    made: dict[str, Any]

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / "db.sqlite3")) as database:
            return database.execute(query, values).fetchall()


@pytest.fixture(autouse=True)
def nothing_is_heard() -> Iterator[None]:
    """No error on any console, no request to another host, nothing that the content policy had to block."""
    browsers.HEARD.forget()
    yield
    assert browsers.HEARD.complaints == [] and browsers.HEARD.strangers == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = browsers.launch(play)
        yield browser
        browser.close()


def build(module: str, data: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", module, str(data)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


@contextmanager
def served_copy(folder: Path, data: Path, made: dict[str, Any]) -> Iterator[Place]:
    shutil.copytree(data, folder / "data")
    with served(folder / "data", datetime.fromisoformat(made["now"]), folder / "served.log") as address:
        yield Place(address, folder / "data", made)


@pytest.fixture(scope="session")
def built_visited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Orders before two officers of one union, as `visited` makes them; nobody touches it."""
    return built_once(tmp_path_factory, "visited", partial(build, "tests.journeys.visited"))


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory, built_visited: tuple[Path, dict[str, Any]]) -> Iterator[Place]:
    """A copy of it that journeys share: each takes the orders that bear its name."""
    with served_copy(tmp_path_factory.mktemp("visits"), *built_visited) as place:
        yield place


@pytest.fixture(scope="session")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The pages' small town with a case in every state; nobody touches it."""
    return built_once(tmp_path_factory, "house", partial(build, "tests.screens.served_house"))


@pytest.fixture(scope="module")
def house_of_cases(
    tmp_path_factory: pytest.TempPathFactory, built_house: tuple[Path, dict[str, Any]]
) -> Iterator[Place]:
    """A copy of it for the journeys of one file."""
    with served_copy(tmp_path_factory.mktemp("of-cases"), *built_house) as place:
        yield place


@pytest.fixture(scope="session")
def applying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A town where a programme is applied for, as `applied_town` makes it; each journey is another worker's."""
    built = built_once(tmp_path_factory, "applied-town", partial(build, "tests.journeys.applied_town"))
    with served_copy(tmp_path_factory.mktemp("applying"), *built) as place:
        yield place


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str | int]]:
    """The morning's deployment, which nobody touches, and what `prepared` said of it."""
    return built_once(tmp_path_factory, "prepared", partial(build, "tests.journeys.prepared"))


@pytest.fixture(scope="session")
def sensed_by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment with one month landed and sensed by the command line, `data` beside its `feeds`; nobody touches it."""
    return built_once(tmp_path_factory, "by-hand", _sense_by_hand)[0]


def _sense_by_hand(folder: Path) -> None:
    generate(folder / "feeds", persons=2000, first_month=Month(SENSED), months=1, history_months=1, form="mixed")
    for words in (
        ("init", folder / "data", "--home", "330600"),
        ("land", folder / "feeds"),
        ("sense", "--month", SENSED),
    ):
        data = {} if words[0] == "init" else {"NIANGJIA_DATA": str(folder / "data")}
        done = subprocess.run(
            [sys.executable, "-m", "niangjia", *map(str, words)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=os.environ | data,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module", params=[False, True], ids=["each where they do it", "each where they seldom do it"])
def town(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    prepared: tuple[Path, dict[str, str | int]],
    chromium: Browser,
) -> Iterator[Town]:
    """Everybody at a desk but who is signed in `on_phone`; and once the other way round."""
    folder = tmp_path_factory.mktemp("journey")
    data = folder / "data"
    shutil.copytree(prepared[0], data)
    with served(data, MORNING, folder / "served.log") as address:
        pages: dict[tuple[str, bool], Page] = {}

        def sign_in(username: str, *, on_phone: bool = False) -> Page:
            """The person's own browser; it stays signed in."""
            if (username, on_phone) not in pages:
                options = browsers.ON_PHONE if on_phone is not request.param else {}
                pages[username, on_phone] = browsers.open_context(chromium, address, **options).new_page()
                browsers.sign_in(pages[username, on_phone], address, username)
            return pages[username, on_phone]

        yield Town(data, address, prepared[1], sign_in)
