"""The server as it is started: two workers on one PostgreSQL, asked by many at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tests.faults.harness import CHECKOUT

ASKED_AT_ONCE, ASKED = 16, 160


def test_two_workers_answer_many_at_once_and_none_reads_anothers_answer(tmp_path):
    """Workers are forked from a process that has PostgreSQL open. Where they speak on its connection, half of this fails."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    niangjia = f"{sys.executable} -m niangjia"
    words = (
        f"{niangjia} init {tmp_path}/data --home 330600 && exec {niangjia} serve --data {tmp_path}/data --port {port}"
    )
    command = [CHECKOUT / "scripts" / "with-postgres", "sh", "-c", words]
    here = os.environ | {"NIANGJIA_POSTGRES_FSYNC": "on"}  # who would lose data is not served
    with (tmp_path / "log").open("w") as log:
        serving = subprocess.Popen(command, env=here, stdout=log, stderr=log, cwd=CHECKOUT, start_new_session=True)
        try:
            _until(port)
            with ThreadPoolExecutor(ASKED_AT_ONCE) as people:
                answers = Counter(people.map(lambda _: _ask(f"http://127.0.0.1:{port}/notices/"), range(ASKED)))
        finally:
            os.killpg(serving.pid, signal.SIGTERM)
            serving.wait(timeout=60)
    assert answers == {200: ASKED}, (answers, (tmp_path / "log").read_text()[-3000:])


def _ask(address: str) -> int | str:
    try:
        with closing(urllib.request.urlopen(address, timeout=30)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return str(error)


def _until(port: int) -> None:
    for _ in range(600):
        if _ask(f"http://127.0.0.1:{port}/healthy") == 200:
            return
        time.sleep(0.2)
    raise AssertionError("the server does not start")
