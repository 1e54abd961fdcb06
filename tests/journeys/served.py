"""
The console of a deployment as a process of its own, on a day of our choosing: `python -m tests.journeys.served DATA PORT MOMENT`.

The application is the one that `niangjia serve` runs; only the pages' clock starts at MOMENT (ISO 8601) and goes on from there,
so that a town of 2023 is not three years late. Says "ready" on its first line.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    data, port, moment = sys.argv[1:]
    os.environ |= {"NIANGJIA_DATA": data, "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
    from django.core.servers import basehttp
    from django.utils import timezone

    from niangjia.config.wsgi import application

    start, began, now = datetime.fromisoformat(moment), time.monotonic(), timezone.now
    timezone.now = lambda: start.astimezone(now().tzinfo) + timedelta(seconds=time.monotonic() - began)
    basehttp.run("127.0.0.1", int(port), application, threading=True, on_bind=lambda _port: print("ready", flush=True))


@contextmanager
def served(data: Path, moment: datetime, log: Path) -> Iterator[str]:
    """The address of the console, served until the block ends."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.journeys.served", str(data), str(port), moment.isoformat()]
    with log.open("w") as written:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=written, text=True)
        try:
            if process.stdout is None or process.stdout.readline().strip() != "ready":
                raise RuntimeError(log.read_text())
            address = f"http://127.0.0.1:{port}"
            urllib.request.urlopen(f"{address}/healthy", timeout=90).close()
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


if __name__ == "__main__":
    main()
