import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.harness import CHECKOUT, Yard

MEMORY = Path("/dev/shm")
"""A killed process leaves the same behind in memory as on a disk, and nobody waits for the disk."""


@contextmanager
def _folder():
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 << 30
    folder = Path(tempfile.mkdtemp(prefix="niangjia-faults-", dir=MEMORY if has_room else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def yard():
    """On SQLite."""
    with _folder() as folder:
        yard = Yard(folder)
        yield yard
        yard.worker.stop()


@pytest.fixture(scope="session")
def yard_on_postgres():
    """On a throw-away PostgreSQL of its own."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not installed: scripts/setup test")
    with _folder() as folder:
        folder.chmod(0o711)  # the server is another user's when root runs the tests
        place = folder / "server"
        place.mkdir()
        place.chmod(0o777)
        script = [CHECKOUT / "scripts" / "with-postgres", "sh", "-c", 'echo "$NIANGJIA_DATABASE_URL"; exec cat']
        server = subprocess.Popen(
            script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(place)}
        )
        assert server.stdin and server.stdout
        address = server.stdout.readline().strip()
        assert address, "PostgreSQL does not start"
        (folder / "yard").mkdir()
        yard = Yard(folder / "yard", address)
        yield yard
        yard.worker.stop()
        server.stdin.close()  # ends cat, and with it the server
        server.wait(timeout=60)
