"""Prepared folders, children that die in them, and the comparison with a town that was left alone."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from niangjia.kernel.deployment import Deployment

KILLS = int(os.environ.get("NIANGJIA_KILLS", "2"))
IS_SOAK = KILLS >= 50
SEED = int(os.environ.get("NIANGJIA_SEED") or random.SystemRandom().randrange(10**6))
CHECKOUT = Path(__file__).resolve().parents[2]
BEFORE = {  # what a folder is made of: (the folder before, stages)
    "started": ("", ["start"]),
    "landed": ("started", ["land"]),
    "sensed": ("landed", ["sense"]),
    "released": ("sensed", ["release"]),
    "dispatched": ("released", ["dispatch"]),
    "approved": ("dispatched", ["approve_payments"]),
    "paid": ("approved", ["pay"]),
    "decided": ("small paid", ["decide"]),
    "small landing": ("started", ["make_small_folder"]),
    "small landed": ("small landing", ["land"]),
    "late delivery": ("sensed", ["make_late_folder"]),
    "late landed": ("late delivery", ["land"]),
    "small run": ("landed with runs", ["make_small_run"]),
    "landed with runs": ("landed", ["sense_only"]),
    "small received": ("small run", ["receive"]),
    "small released": ("small received", ["release"]),
    "small dispatched": ("small released", ["dispatch"]),
    "small approved": ("small dispatched", ["approve_payments"]),
    "small paid": ("small approved", ["pay"]),
}


@dataclass
class Worker:
    """The other end of `worker`."""

    data: Path
    server: str
    process: subprocess.Popen = field(init=False)

    def __post_init__(self) -> None:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("NIANGJIA_", "DJANGO_"))
        }
        environment |= {"NIANGJIA_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
        if self.server:
            environment["NIANGJIA_DATABASE_URL"] = self.server
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"], cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout and self.process.stdout.readline().strip() == "ready"

    def do(self, folder: Path, *stages: str, **order: Any) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"folder": str(folder), "stages": stages} | order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=30)


@dataclass
class Yard:
    """
    Folders as each stage leaves them undisturbed, made on first use; and copies in which it is disturbed.

    `server`: the address of a PostgreSQL on which each folder has a database of its own; empty = SQLite in the folder.
    """

    folder: Path
    server: str = ""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    copies: int = 0

    def __post_init__(self) -> None:
        Deployment.create(self.folder / "keys-of-all", "330600", is_demo=True)
        self.worker = Worker(self.folder / "keys-of-all", self.server)

    @property
    def name(self) -> str:
        return "PostgreSQL" if self.server else "SQLite"

    def do(self, folder: Path, *stages: str, **order: Any) -> dict[str, Any]:
        return self.worker.do(folder, *stages, database=_database_of(folder) if self.server else "", **order)

    def ready(self, name: str) -> Path:
        """The folder `name`; its stage ran once, undisturbed."""
        folder = self.folder / name.replace(" ", "-")
        if name not in self.answers:
            before, stages = BEFORE[name]
            self._copy(self.ready(before) if before else self.folder / "keys-of-all", folder)
            chunk = 8 if name.startswith("small") else 0
            answer = self.do(folder, *stages, is_preparing=stages[0] not in KILLED_STAGES, chunk=chunk, is_checked=True)
            assert answer["code"] == 0, (folder / "child.log").read_text()[-3000:]
            self.answers[name] = answer
        return folder

    def undisturbed(self, name: str) -> dict[str, Any]:
        self.ready(name)
        return self.answers[name]

    def copy(self, name: str) -> Path:
        self.copies += 1
        copy = self.folder / f"copy-{self.copies}"
        self._copy(self.ready(name), copy)
        return copy

    def damaged(self, name: str, damage: str) -> list[str]:
        """What `niangjia verify` says of the folder after the `damage` of `planted`."""
        folder = self.copy(name)
        answer = self.do(folder, damage=damage, is_verified=True)
        assert answer["code"] == 0, (folder / "child.log").read_text()[-3000:]
        self.remove(folder)
        return answer["breaches"]

    def remove(self, copy: Path) -> None:
        shutil.rmtree(copy)
        if self.server:
            self._on_the_server(f"DROP DATABASE {_database_of(copy)} WITH (FORCE)")

    def _copy(self, source: Path, target: Path) -> None:
        """Files of the lake never change once they are in place: a second name for the same file is a copy of it."""

        def once(one: str, other: str) -> None:
            if one.endswith((".parquet", ".sealed")):
                os.link(one, other)
            else:
                shutil.copy2(one, other)

        shutil.copytree(source, target, copy_function=once, ignore=shutil.ignore_patterns("answer.json", "child.log"))
        if self.server:
            origin = _database_of(source) if source.name != "keys-of-all" else "template0"
            self._on_the_server(  # whoever died may be on it still
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{origin}'",
                f"CREATE DATABASE {_database_of(target)} TEMPLATE {origin}",
            )

    def _on_the_server(self, *statements: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def complaints(self, folder: Path, stage: str, after: str, **order: Any) -> list[str]:
        """Repeat `stage` to its end and verify; what is wrong, or other than in the folder `after`. Removes the copy if all is well."""
        answer = self.do(folder, stage, is_checked=True, **order)
        if answer["code"] != 0:
            return [f"does not end by itself: {(folder / 'child.log').read_text()[-2000:]}"]
        expected, found = self.undisturbed(after)["result"], answer["result"]
        wrong = answer["breaches"] + [
            f"{name}: {found.get(name)} instead of {expected.get(name)}"
            for name in sorted(expected.keys() | found.keys())
            if expected.get(name) != found.get(name)
        ]
        if not wrong:
            self.remove(folder)
        return wrong


KILLED_STAGES = ("land", "sense", "receive", "dispatch", "pay")


def _database_of(folder: Path) -> str:
    return folder.name.replace("-", "_")


def kill_often(yard: Yard, stage: str, before: str, after: str, *, kills: int = KILLS, chunk: int = 0) -> None:
    """
    Kill `stage` at moments drawn from its own length, one to three times in a folder, and see after each folder that
    a repetition makes up for it. The random numbers come from SEED, which is printed.

    Only a kill between the stage's beginning and its end is one; a kill that came too late is counted apart.
    """
    chance = random.Random(f"{SEED} {stage}")
    length = yard.undisturbed(after)["seconds"]
    print(f"{yard.name}, {stage}: seed {SEED}, {length:.2f} s undisturbed, {kills} kills")
    started = time.monotonic()
    done = halfway = tries = 0
    while done < kills:
        folder, moments = yard.copy(before), []
        for _ in range(min(chance.randint(1, 3), kills - done)):
            moment = chance.uniform(0, 1.2 * length)
            answer = yard.do(folder, stage, kill_after=moment, chunk=chunk)
            assert answer["code"] in (0, -9) and answer["has_begun"], (folder / "child.log").read_text()[-3000:]
            tries += 1
            moments.append(round(moment, 3))
            if not answer["has_ended"]:
                done += 1
                halfway += answer["durable"] > 0
            length = answer.get("seconds", length)  # of one that ended: the machine is not always as busy
        wrong = yard.complaints(folder, stage, after, chunk=chunk)
        assert not wrong, f"{stage} killed after {moments} s (NIANGJIA_SEED={SEED}), folder {folder}: {wrong}"
        assert tries < 20 * kills, "the stage ends before it can be killed"
    print(
        f"{yard.name}, {stage}: {done} kills at work, {halfway} of them with a part of it done for good; {tries - done} kills "
        f"more came after its end; {time.monotonic() - started:.0f} s; nothing lost, nothing twice"
    )
    is_short = length < 1  # over before its first part is done for good, or after its last
    assert halfway or not IS_SOAK or is_short, "no kill left anything half done"


def crash_everywhere(
    yard: Yard, stage: str, before: str, after: str, *, points: str, chunk: int = 0
) -> tuple[int, list[str]]:
    """
    Let `stage` end before its 1st, 2nd … statement (`points` = sql) or file write (files) and repeat it; all points in a
    soak, else the one that the seed names; and once after its end. Returns how many there were, and
    what was wrong.
    """
    started = time.monotonic()
    total = count_points(yard, stage, before, points=points, chunk=chunk)
    step = 1 if IS_SOAK else max(1, total)
    chosen = [*range(1 + SEED % step, total + 1, step), total + 1]
    wrong = [
        what for point in chosen for what in crash(yard, stage, before, after, point, total, points=points, chunk=chunk)
    ]
    print(
        f"{yard.name}, {stage}: {len(chosen) - 1} of {total} crash points ({points}) and its end in "
        f"{time.monotonic() - started:.0f} s, {len(wrong)} complaints, NIANGJIA_SEED={SEED}"
    )
    return total, wrong


def crash_until_found_out(
    yard: Yard, stage: str, before: str, after: str, *, points: str, fault: str, chunk: int = 0
) -> list[str]:
    """With the `fault` of `planted`, at points in any order: the first complaints, or none if all points passed."""
    total = count_points(yard, stage, before, points=points, chunk=chunk, fault=fault)
    for point in random.Random(SEED).sample(range(1, total + 1), total):
        wrong = crash(yard, stage, before, after, point, total, points=points, chunk=chunk, fault=fault)
        if wrong:
            print(f"{fault}: found out at {points} point {point} of {total}, NIANGJIA_SEED={SEED}: {wrong[0][:200]}")
            return wrong
    return []


def count_points(yard: Yard, stage: str, before: str, **order: Any) -> int:
    folder = yard.copy(before)
    answer = yard.do(folder, stage, **order)
    assert answer["code"] == 0, (folder / "child.log").read_text()[-3000:]
    yard.remove(folder)
    return answer["points"]


def crash(
    yard: Yard, stage: str, before: str, after: str, point: int, total: int, *, chunk: int, **order: Any
) -> list[str]:
    """Die at one point, or after the last, then repeat the stage, without the fault if there was one. What is wrong then."""
    folder = yard.copy(before)
    answer = yard.do(folder, stage, crash_at=point, chunk=chunk, **order)
    if point <= total:
        assert answer["code"] == 137, (
            f"{stage} ended with {answer['code']} instead of dying at point {point} of {total}"
        )
    return [
        f"{stage}, {order['points']} point {point}: {what}"
        for what in yard.complaints(folder, stage, after, chunk=chunk)
    ]
