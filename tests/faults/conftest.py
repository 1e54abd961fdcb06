import shutil
import tempfile
from pathlib import Path

import pytest

from tests.faults.harness import Yard

MEMORY = Path("/dev/shm")
"""A killed process leaves the same behind in memory as on a disk, and nobody waits for the disk."""


@pytest.fixture(scope="session")
def yard():
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 << 30
    folder = Path(tempfile.mkdtemp(prefix="niangjia-faults-", dir=MEMORY if has_room else None))
    yard = Yard(folder)
    yield yard
    yard.worker.stop()
    shutil.rmtree(folder, ignore_errors=True)
