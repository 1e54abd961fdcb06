"""`niangjia bench`: the invented city at any size, landed and sensed, measured in one run on this machine."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from niangjia.cli.console import open_deployment, out, progress_bar, show_json
from niangjia.engines import sensing
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month

HOME = "330600"
MONTH = Month("2023-10")
HISTORY = 14


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder:
        yield Path(folder)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def sense(persons: int, folder: Path | None, *, as_json: bool) -> None:
    """
    Land one month and sense it with fourteen months before it; sense the month after; compare with hand-written conditions
    and with merely scanning the columns that the plan reads. What was generated in `folder` before is used again.
    """
    from demo.town import generate

    with _folder(folder) as place, progress_bar(quiet=as_json) as progress:
        deployment = Deployment.create(place / "data", HOME, is_demo=True)
        feeds_folder = place / "feeds"
        if not (feeds_folder / "truth.json").exists():
            generate(
                feeds_folder,
                persons=persons,
                first_month=MONTH,
                months=2,
                history_months=HISTORY,
                form="parquet",
                home=HOME,
                progress=progress,
            )
        figures = _measure(deployment, feeds_folder, progress)
    figures = {
        "persons": persons,
        "machine": f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}, duckdb {duckdb.__version__}",
        **figures,
    }
    _show(figures, as_json)


def _measure(deployment: Deployment, feeds_folder: Path, progress: Callable[[str, float], None]) -> dict[str, object]:
    feeds, pack, keys = (
        sensing.load_feeds(programs_folder()),
        sensing.load_sensing_pack(programs_folder()),
        deployment.keys(),
    )

    def land(folder: Path) -> None:
        sensing.land_folder(
            deployment.lake,
            folder,
            keys=keys,
            feeds=feeds,
            progress=progress,
            override="bench",
            memory_limit=deployment.memory_limit,
            threads=deployment.threads,
        )

    def run(month: Month, rules: sensing.SensingPack, runs: Path) -> sensing.Run:
        return sensing.sense_month(
            lake=deployment.lake,
            runs=runs,
            month=month,
            home=HOME,
            pack=rules,
            feeds=feeds,
            progress=progress,
            memory_limit=deployment.memory_limit,
            threads=deployment.threads,
        )

    for month in (MONTH.plus(-offset) for offset in range(HISTORY, 0, -1)):
        land(feeds_folder / str(month))
    landing = _timed(lambda: land(feeds_folder / str(MONTH)))
    figures: dict[str, object] = {"land month s": round(landing, 2)}
    shutil.rmtree(deployment.runs, ignore_errors=True)
    figures["sense s"] = round(_timed(lambda: run(MONTH, pack, deployment.runs)), 2)
    other = deployment.folder / "runs-by-hand"
    shutil.rmtree(other, ignore_errors=True)
    figures["sense, conditions by hand s"] = round(_timed(lambda: run(MONTH, _by_hand(pack), other)), 2)
    figures["scan of the columns s"] = round(_timed(lambda: _scan(deployment, feeds)), 2)
    land(feeds_folder / str(MONTH.next()))
    figures["sense next month s"] = round(_timed(lambda: run(MONTH.next(), pack, deployment.runs)), 2)
    done = sensing.official_run(deployment.runs, MONTH)
    assert done is not None
    listed = next(one for one in sensing.list_runs(deployment.runs) if one.month == MONTH)
    by_hand = sensing.list_runs(other)[0]
    if listed.manifest()["hashes"]["signals.parquet"] != by_hand.manifest()["hashes"]["signals.parquet"]:
        raise AssertionError("the plan with hand-written conditions lists other rows")
    figures |= {
        "compiled ÷ by hand": _ratio(figures, "sense s", "sense, conditions by hand s"),
        "sense ÷ scan": _ratio(figures, "sense s", "scan of the columns s"),
        "next month ÷ sense": _ratio(figures, "sense next month s", "sense s"),
        "peak memory GB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "listed": listed.counts["listed"],
    }
    return figures


def _ratio(figures: dict[str, object], one: str, other: str) -> float:
    return round(float(str(figures[one])) / float(str(figures[other])), 2)


BY_HAND = {
    "T-ILL-1": "oop_net > 0 AND oop_net >= 0.40 * household_income",
    "T-ILL-2": "oop_net >= 1.5 * dibao_monthly * 12",
    "T-ILL-3": "oop_max_stay >= 50000",
    "T-ILL-4": "oop_jump >= 20000",
    "T-EDU-1": "(has_higher_student OR students >= 2) AND household_income < 2 * dibao_yearly",
    "T-EDU-2": "ordinary_school_cost > 0 AND ordinary_school_cost >= 0.30 * household_income",
    "T-DIS-1": "has_newly_severe",
    "T-DIS-2": "(disabled_count >= 2 OR has_elder_beside_disabled) AND household_income < 2 * dibao_yearly",
    "T-CAT-1": "event_loss > 0.80 * household_income",
    "T-UNE-1": "months_uninsured >= 3",
    "T-UNE-2": "has_benefit_ended",
    "T-INC-1": "net_income < 2 * dibao_yearly OR (is_bereaved AND household_income IS NOT NULL)",
    "T-MAN-1": "is_reported",
    "RED": "net_income < dibao_yearly OR (cause_count >= 2 AND has_illness_or_disaster) OR t_ill_3",
    "ORANGE": "net_income < 2 * dibao_yearly OR t_ill_1 OR t_ill_2 OR t_ill_4 OR t_cat_1 OR t_dis_1",
}
PROPERTY_BY_HAND = """(homes = 2 AND home_area > home_area_allowed) OR homes >= 3 OR has_shop OR open_capital > 100000
    OR car_price > 180 * dibao_monthly OR has_high_fee_school"""


class _ByHand(sensing.SensingPack):
    """The sensing pack with conditions that a person wrote as SQL: what compiling costs is the difference."""

    def condition(self, text: str, asof: date) -> str:
        written = {trigger.when.text: BY_HAND[trigger.id] for trigger in self.pack.triggers}
        written |= {grade.when.text: BY_HAND[grade.id] for grade in self.pack.grades if grade.when}
        return written.get(text, PROPERTY_BY_HAND)


def _by_hand(pack: sensing.SensingPack) -> sensing.SensingPack:
    return _ByHand(replace(pack.pack))


def _scan(deployment: Deployment, feeds: dict[str, sensing.Feed]) -> None:
    """Read every column that the plan reads, once: nothing can be faster."""
    from niangjia.engines.sensing.plan.sources import COLUMNS, empty_sql, increment_sql, snapshot_sql
    from niangjia.engines.sensing.run import inputs_of

    inputs = inputs_of(deployment.lake, feeds, MONTH)
    with duckdb.connect(config={"threads": deployment.threads, "memory_limit": deployment.memory_limit}) as connection:
        for feed, columns in COLUMNS.items():
            if feed in inputs.increments:
                window = 15 if feed == "medical_settlement" else 12
                source = increment_sql(inputs, feed, MONTH.window(window), columns)
            else:
                source = snapshot_sql(inputs, feed) if feed in inputs.snapshot_files else empty_sql(feed)
            touched = ", ".join(f'max("{column}")' for column in columns)
            connection.execute(f"SELECT {touched} FROM ({source})").fetchall()


def dispatch(orders: int, *, as_json: bool) -> None:
    """Take a list of `orders` households in, release it and dispatch it: orders, cases and audit, on SQLite."""
    with _folder(None) as place:
        deployment = open_deployment(Deployment.create(place / "data", HOME, is_demo=True).folder, as_it_is=True)
        from demo.town import dispatching
        from niangjia.cli.setup import prepare_database

        prepare_database()
        with progress_bar(quiet=as_json) as progress:
            figures = dispatching.measure(
                deployment, orders, now=datetime.fromisoformat("2023-11-06T09:00:00+08:00"), progress=progress
            )
    _show({"orders": orders, **figures}, as_json)


def _show(figures: dict[str, object], as_json: bool) -> None:
    if as_json:
        show_json(figures)
        return
    for name, value in figures.items():
        out.print(f"  {name:<34} {value}")
