"""One prepared town, served, and one browser that hears everything the pages ask for and complain of."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from demo.town import generate
from niangjia.kernel.months import Month
from tests.journeys import browser as browsers
from tests.journeys.prepared import MORNING
from tests.journeys.served import ROOT, served

SENSED = "2023-10"


@dataclass
class Town:
    """`data` is the deployment, `start` what `prepared` said of it; `complaints` and `strangers` must stay empty."""

    data: Path
    address: str
    start: dict[str, str | int]
    sign_in: Callable[..., Page]
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def _listen(context: BrowserContext, town: Town) -> None:
    own = urlsplit(town.address).netloc

    def heard(text: str, place: str) -> None:
        if not re.search(
            r"status of (409|422) ", text
        ):  # refusals that the journey asked for; their words are read there
            town.complaints.append(f"{place}: {text}")

    context.on(
        "console",
        lambda said: (
            heard(said.text, said.page.url if said.page else "") if said.type in ("error", "warning") else None
        ),
    )
    context.on("weberror", lambda error: town.complaints.append(str(error.error)))
    context.on(
        "request",
        lambda request: town.strangers.append(request.url) if urlsplit(request.url).netloc not in (own, "") else None,
    )


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str | int]]:
    """The morning's deployment, which nobody touches, and what `prepared` said of it."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.prepared", str(data)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return data, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def sensed_by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment with one month landed and sensed by the command line, `data` beside its `feeds`; nobody touches it."""
    folder = tmp_path_factory.mktemp("by-hand")
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
    return folder


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, prepared: tuple[Path, dict[str, str | int]]) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("journey")
    data = folder / "data"
    shutil.copytree(prepared[0], data)
    with served(data, MORNING, folder / "served.log") as address, sync_playwright() as play:
        chromium = browsers.launch(play)
        contexts: dict[tuple[str, bool], Page] = {}

        def sign_in(username: str, *, on_phone: bool = False) -> Page:
            """The person's own browser; it stays signed in."""
            if (username, on_phone) not in contexts:
                context = chromium.new_context(
                    viewport=browsers.PHONE if on_phone else browsers.DESK, is_mobile=on_phone, locale="zh-CN"
                )
                context.set_default_timeout(20_000)
                _listen(context, town)
                contexts[username, on_phone] = context.new_page()
                browsers.sign_in(contexts[username, on_phone], address, username)
            return contexts[username, on_phone]

        town = Town(data, address, prepared[1], sign_in)
        yield town
        chromium.close()
