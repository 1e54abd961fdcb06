import shutil
import tempfile
from pathlib import Path

import pytest

from tests.oracle.commands import CommandLine

MEMORY = Path("/dev/shm")
"""Nothing is killed here, so nothing need wait for the disk."""


@pytest.fixture(scope="session")
def command_line():
    command_line = CommandLine()
    yield command_line
    command_line.stop()


@pytest.fixture(scope="session")
def new_deployment(command_line):
    """A deployment as `niangjia init` leaves it; each town starts with a copy."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 << 30
    folder = Path(tempfile.mkdtemp(prefix="niangjia-oracle-", dir=MEMORY if has_room else None))
    code, *said = command_line.run("init", folder / "new", "--home", "330600")
    assert code == 0, said
    yield folder / "new"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def town_folder(new_deployment):
    """The deployment is `data` in it."""
    folder = new_deployment.with_name("town")
    shutil.copytree(new_deployment, folder / "data")
    yield folder
    shutil.rmtree(folder)
