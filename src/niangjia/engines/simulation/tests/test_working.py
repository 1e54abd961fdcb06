"""A simulation as a process of its own: it tells how far it is, can be stopped and killed, and starts again."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from decimal import Decimal

import pytest

from niangjia.engines.simulation import read_request, read_result, working, write_request
from niangjia.engines.simulation.tests.drawn import LOW_INCOME, MONTH, Drawn, a_year, pack
from niangjia.engines.simulation.working import Work, work
from niangjia.kernel.working import RESULT, RUNNING, STOP, Stopped, standing


@pytest.fixture
def town(tmp_path) -> Drawn:
    town = Drawn(tmp_path)
    town.worker(base="1000", months=a_year())
    town.land(town.deliver(MONTH))
    return town


def asked(town: Drawn, kind: str = "compare"):
    folder = town.folder / "simulations" / "one"
    folder.mkdir(parents=True)
    after = town.side(pack(LOW_INCOME.format(line=24000, sum=500)), changes={"sum": Decimal("600.50")})
    write_request(town.question(None, after, balance="90000.10"), folder / working.REQUEST)
    Work(kind, town.lake).write(folder)
    return folder


def test_a_process_answers_what_lies_in_its_folder(town):
    folder = asked(town)
    assert standing(folder).state == "interrupted"
    done = subprocess.run(
        [sys.executable, "-m", "niangjia.engines.simulation", str(folder)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert standing(folder).state == "done"
    (program,) = read_result(folder / RESULT).programs
    assert (program.whole.after_granted, program.whole.after_yuan) == (1, Decimal("600.50"))
    assert program.balance == Decimal("90000.10") and program.after.changes == {"sum": "600.50"}
    assert {path.name for path in folder.iterdir()} == {"request.json", "work.json", "running", "result.json"}


def test_a_question_comes_back_as_it_was_written(town):
    folder = asked(town)
    again = read_request(folder / working.REQUEST)
    write_request(again, folder / "again.json")
    assert (folder / "again.json").read_text() == (folder / working.REQUEST).read_text()
    assert again.pairs[0].after.pack().content_hash and again.fingerprint


def test_it_says_how_far_it_is_and_stops_when_asked(town):
    folder = asked(town)
    seen = []

    def watch(step: str, share: float) -> None:
        seen.append((standing(folder).state, share))
        if len(seen) == 3:
            (folder / STOP).touch()

    with pytest.raises(Stopped):
        work(folder, progress=watch)
    assert seen[0][0] == "running" and [share for _, share in seen] == sorted(share for _, share in seen)
    assert len(seen) == 3 and standing(folder).state == "failed" and standing(folder).failure.zh == "已停止。"
    work(folder)
    assert standing(folder).state == "done"


def test_who_was_killed_leaves_no_lock_and_is_started_again(town):
    folder = asked(town)
    with open(folder / RUNNING, "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert standing(folder).state == "running"
    assert standing(folder).state == "interrupted"
    (folder / "spill").mkdir()
    (folder / "spill" / "left-behind.tmp").touch()
    work(folder)
    assert standing(folder).state == "done" and not (folder / "spill").exists()


def test_what_is_refused_is_kept_in_words(town):
    folder = asked(town)
    request = json.loads((folder / working.REQUEST).read_text())
    request["months"] = ["2024-05"]
    (folder / working.REQUEST).write_text(json.dumps(request))
    done = subprocess.run(
        [sys.executable, "-m", "niangjia.engines.simulation", str(folder)], capture_output=True, text=True
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert standing(folder).state == "failed" and "2024-05" in standing(folder).failure.en
