"""The house of the pages, built once; each file serves a copy of its own, so that what one does the others do not see."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.conftest import build
from tests.journeys.served import ROOT, served
from tests.once import built_once


@pytest.fixture(scope="session")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """The deployment, which nobody touches, and what `served_house` said of it."""
    return built_once(tmp_path_factory, "house", partial(build, "tests.screens.served_house"))


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as `niangjia demo` makes it, the smallest that it can be: once for all tests, which only read it."""
    return built_once(tmp_path_factory, "demo", _make_demo)[0]


def _make_demo(data: Path) -> None:
    command = [sys.executable, "-m", "niangjia", "demo", str(data), "--persons", "2000", "--no-serve"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert " ERROR " not in done.stderr, "what the demo town does is recorded and told without a fault"


@pytest.fixture(scope="module")
def served_copy(tmp_path_factory: pytest.TempPathFactory, built_house: tuple[Path, dict]) -> Iterator[tuple[str, dict]]:
    """The address of a copy, and what `served_house` said of it."""
    folder, (data, made) = tmp_path_factory.mktemp("copy"), built_house
    shutil.copytree(data, folder / "data")
    with served(folder / "data", datetime.fromisoformat(made["now"]), folder / "served.log") as address:
        yield address, made
