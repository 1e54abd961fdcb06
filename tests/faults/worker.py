"""
A process with everything imported that forks a child for each order; only children touch a deployment, and only they die.

Reads orders from standard input, one JSON object a line, and answers each with one line (`harness.Worker` is the other end).
A child has a process group of its own and dies of SIGKILL, or by ``os._exit(137)`` before its n-th statement or file write.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from functools import cache
from pathlib import Path
from typing import Any

KILLED = 137
LONGEST = 600
"""Seconds that a child may live: one that hangs dies of SIGALRM and is a failure, not a test that never ends."""
BEGINNING, DURABLE, END = b"b", b".", b"e"
"""What a child tells while it works: a stage's beginning and end, and each commit or file that is in place for good."""
_telling = -1


def main() -> None:
    import django

    django.setup()
    from demo.town import office  # noqa: F401 — with it, whatever the stages need
    from niangjia.jobs import dispatch_month, land_feeds, pay, sense_month, verify  # noqa: F401
    from tests.faults import stages  # noqa: F401

    _read_rules_once()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(_serve(json.loads(line))), flush=True)


def _read_rules_once() -> None:
    """Rules and feeds stay the same under every order, and reading them is most of a small stage's time."""
    from niangjia.engines import policy, sensing
    from niangjia.engines.policy import yamltext
    from niangjia.engines.sensing.landing import feeds
    from niangjia.kernel.deployment import programs_folder

    parse, known = yamltext.parse_yaml, {}

    def parse_once(raw: bytes, name: str) -> Any:
        if raw not in known:
            known[raw] = parse(raw, name)
        return known[raw]

    yamltext.parse_yaml, feeds.read_feed = parse_once, cache(feeds.read_feed)
    folder = programs_folder()
    sensing.load_feeds(folder)
    vocabulary = policy.load_vocabulary(folder)
    for path in policy.list_packs(folder):
        policy.load_pack(path.parent, vocabulary)


def _serve(order: dict[str, Any]) -> dict[str, Any]:
    folder = Path(order["folder"])
    answer = folder / "answer.json"
    answer.unlink(missing_ok=True)
    hearing, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hearing)
        signal.alarm(LONGEST)
        _live(order, folder, answer, telling)
    os.close(telling)
    os.setpgid(child, child)
    heard = b""
    if (moment := order.get("kill_after")) is not None:
        heard = os.read(hearing, 1)  # the stage begins, or the child is dead
        time.sleep(moment)
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.set_blocking(hearing, False)
    heard += os.read(hearing, 1 << 20)
    os.close(hearing)
    said = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {}
    return {
        "code": os.waitstatus_to_exitcode(status),
        "has_begun": BEGINNING in heard,
        "has_ended": END in heard,
        "durable": heard.count(DURABLE),
    } | said


def _live(order: dict[str, Any], folder: Path, answer: Path, telling: int) -> None:
    """The child's whole life; never returns."""
    global _telling
    _telling, code = telling, 1
    try:
        os.setpgid(0, 0)
        log = os.open(folder / "child.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)
        said = _obey(order, folder)
        part = answer.with_suffix(".writing")
        part.write_text(json.dumps(said), encoding="utf-8")
        part.rename(answer)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _obey(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    from django.conf import settings
    from django.db import connection

    from niangjia.jobs.verify import verify
    from niangjia.kernel.deployment import Deployment
    from tests.faults import planted, stages

    os.environ["NIANGJIA_DATA"] = str(folder)
    settings.FILES_FOLDER = folder / "files"
    connection.settings_dict["NAME"] = order.get("database") or str(folder / "db.sqlite3")
    if order.get("is_preparing") and connection.vendor == "sqlite":  # no power is cut here: nothing waits for the disk
        connection.settings_dict["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    deployment = Deployment.load(folder)
    if chunk := order.get("chunk"):
        _small_chunks(chunk)
    if fault := order.get("fault"):
        getattr(planted, fault)()
    counter = Counter(order.get("crash_at") or 0)
    if order.get("points") == "sql":
        counter.count_statements(connection)
    elif order.get("points") == "files":
        counter.count_file_writes()
    if "kill_after" in order:
        _tell_what_is_durable(connection)
    started = time.perf_counter()
    os.write(_telling, BEGINNING)
    for stage in order["stages"]:
        getattr(stages, stage)(deployment)
    os.write(_telling, END)
    said: dict[str, Any] = {"points": counter.seen, "seconds": time.perf_counter() - started}
    if damage := order.get("damage"):
        getattr(planted, damage)(deployment)
    if order.get("is_checked") or order.get("is_verified"):
        said["breaches"] = [
            f"{breach.rule} {breach.place}: {breach.detail}" for breach in verify(deployment, now=stages.NOW)
        ]
    if order.get("is_checked"):
        said["breaches"] += [f"LEFTOVER {path}" for path in stages.leftovers(deployment)]
        said["result"] = stages.result(deployment)
    connection.close()
    return said


class Counter:
    """Counts points and ends the process before the one that was asked for; 0: none."""

    def __init__(self, crash_at: int) -> None:
        self.seen, self.crash_at = 0, crash_at

    def pass_by(self) -> None:
        self.seen += 1
        if self.seen == self.crash_at:
            os._exit(KILLED)

    def count_statements(self, connection: Any) -> None:
        """Every statement, BEGIN and SAVEPOINT among them, and every COMMIT."""

        def wrapper(execute, sql, params, many, context):
            self.pass_by()
            return execute(sql, params, many, context)

        commit = connection._commit

        def counted_commit():
            self.pass_by()
            return commit()

        connection.ensure_connection()
        connection.execute_wrappers.append(wrapper)
        connection._commit = counted_commit

    def count_file_writes(self) -> None:
        """Every folder, flush, move and removal that Python does; what DuckDB writes counts only once it is moved in place."""

        def counted(act):
            def wrapper(*args, **kwargs):
                self.pass_by()
                return act(*args, **kwargs)

            return wrapper

        for name in ("mkdir", "fsync", "link", "replace", "rename", "unlink", "rmdir"):
            setattr(os, name, counted(getattr(os, name)))


def _tell_what_is_durable(connection: Any) -> None:
    def told(act):
        def wrapper(*args, **kwargs):
            done = act(*args, **kwargs)
            os.write(_telling, DURABLE)
            return done

        return wrapper

    connection._commit = told(connection._commit)
    for name in ("link", "replace", "rename"):
        setattr(os, name, told(getattr(os, name)))


def _small_chunks(size: int) -> None:
    """Several transactions where the product would need thousands of households for a second one."""
    from niangjia.apps.alerts import actions as alerts
    from niangjia.apps.cases.actions import opening
    from niangjia.apps.registry import actions as registry

    alerts.CHUNK = opening.CHUNK = registry._CHUNK = size


if __name__ == "__main__":
    main()
