"""`niangjia bench simulate`: every programme that decides, over everybody in the lake in one pass, against sensing alone."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
import duckdb

from niangjia.cli.commands import MONTH, bench
from niangjia.cli.console import json_option, out, progress_bar, refusals_in_words, show_json
from niangjia.engines import policy, sensing
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.yamltext import Item, read_yaml
from niangjia.engines.simulation import Lake, Pair, Request, Side, simulate
from niangjia.engines.simulation.asked import files_of
from niangjia.engines.simulation.run import NOT_DECIDING
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month

HOME = "330600"


@bench.command("simulate")
@click.option("--persons", default=1_000_000, show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="数据放哪里（默认临时文件夹）· where; default temporary.",
)
@click.option(
    "--lake", "ready", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None,
    help="已导入的部署，只读 · a deployment that was landed; only read.",
)  # fmt: skip
@click.option("--month", type=MONTH, default="2023-10", show_default=True)
@click.option(
    "--rounds",
    type=click.IntRange(1, 20),
    default=3,
    show_default=True,
    help="各测几遍，取中位数 · medians of so many.",
)
@json_option
@refusals_in_words
def bench_simulate(
    persons: int, folder: Path | None, ready: Path | None, month: Month, rounds: int, as_json: bool
) -> None:
    """全部项目对湖中所有人判定一遍，与单独感知相比 · every programme in one pass, against sensing alone."""
    with _place(folder) as place, progress_bar(quiet=as_json) as progress:
        lake = (ready or _made(place, persons, month, progress)) / "lake"
        figures = measure(lake, place, month, rounds)
    figures = {
        "persons": persons if ready is None else "as landed",
        "machine": f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}, duckdb {duckdb.__version__}",
        **figures,
    }
    if as_json:
        show_json(figures)
        return
    for name, value in figures.items():
        out.print(f"  {name:<34} {value}")


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as made:
        yield Path(made)


def _made(place: Path, persons: int, month: Month, progress: Callable[[str, float], None]) -> Path:
    """The invented city's lake up to `month`, with fourteen months before it; used again if it lies there."""
    from demo.town import generate

    deployment = Deployment.create(place / "data", HOME, is_demo=True)
    feeds_folder = place / "feeds"
    if not (feeds_folder / "truth.json").exists():
        generate(
            feeds_folder,
            persons=persons,
            first_month=month,
            months=1,
            history_months=14,
            form="parquet",
            home=HOME,
            progress=progress,
        )
    feeds, keys = sensing.load_feeds(programs_folder()), deployment.keys()
    for one in month.window(15):
        sensing.land_folder(
            deployment.lake, feeds_folder / str(one), keys=keys, feeds=feeds, progress=progress, override="bench",
            memory_limit=deployment.memory_limit, threads=deployment.threads,
        )  # fmt: skip
    return deployment.folder


def measure(lake: Path, place: Path, month: Month, rounds: int) -> dict[str, Any]:
    """Sensing and simulating by turns, so that whatever else the machine does meets both."""
    shipped = programs_folder()
    feeds, pack = sensing.load_feeds(shipped), sensing.load_sensing_pack(shipped)
    request = everything(month)
    runs, scratch = place / "runs", place / "simulation"
    sensed, simulated, parts = list[tuple[float, float]](), list[tuple[float, float]](), list[dict[str, str]]()
    result = None
    for _ in range(rounds):
        shutil.rmtree(runs, ignore_errors=True)
        sensed.append(
            _timed(
                lambda: sensing.sense_month(
                    lake=lake, runs=runs, month=month, home=HOME, pack=pack, feeds=feeds, threads=2
                )
            )
        )

        def all_of_them() -> None:
            nonlocal result
            scratch.mkdir(exist_ok=True)
            result = simulate(request, Lake(lake, shipped), scratch)

        simulated.append(_timed(all_of_them))
        assert result is not None
        parts.append(dict(result.seconds))
    shutil.rmtree(runs, ignore_errors=True)
    assert result is not None
    done = [one for one in result.programs if not one.refused]
    wall, cpu = ([statistics.median(one[place] for one in times) for times in (sensed, simulated)] for place in (0, 1))
    return {
        "programmes decided": len(done),
        "programmes the lake has no rows for": len(result.programs) - len(done),
        "rows decided": sum(one.whole.rows for one in done),
        "sense s": round(wall[0], 2),
        "sense CPU s": round(cpu[0], 2),
        "simulate s": round(wall[1], 2),
        "simulate CPU s": round(cpu[1], 2),
        "of it reading the month s": round(statistics.median(float(one["facts"]) for one in parts), 2),
        "of it deciding and counting s": round(statistics.median(float(one["programs"]) for one in parts), 2),
        "simulate ÷ sense": round(wall[1] / wall[0], 2),
        "simulate ÷ sense, CPU": round(cpu[1] / cpu[0], 2),
        "peak memory GB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    started, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - used


def everything(month: Month) -> Request:
    """Every shipped programme that decides, alone; what a paper leaves open filled in as the pack's own examples fill it in."""
    shipped = programs_folder()
    vocabulary = policy.load_vocabulary(shipped)
    pairs = []
    for path in policy.list_packs(shipped):
        pack = policy.load_pack(path.parent, vocabulary)
        if pack.entry not in NOT_DECIDING:
            pairs.append(Pair(None, Side(files_of(path.parent, shipped), overrides=_of_examples(pack, month))))  # type: ignore[arg-type]
    return Request((month,), "", HOME, tuple(pairs))


def _of_examples(pack: Pack, month: Month) -> dict[str, dict[str, dict[date, Any]]]:
    path = pack.folder / "cases.yaml"
    if not path.exists():
        return {}
    root = read_yaml(path)
    tables = [root.table.get("parameters")]
    tables += [case.table.get("parameters") for case in (root.table.get("cases") or root).items]
    found: dict[str, dict[str, dict[date, Any]]] = {}
    for table in tables:
        for name, item in (table.table if table else {}).items():
            parameter = pack.parameters.get(name)
            if parameter is not None and name not in found and parameter.at(month.last_day, pack.area) is None:
                found[name] = {"": {date(2000, 1, 1): _value(item)}}
    return found


def _value(item: Item) -> Any:
    while isinstance(item.value, dict):  # the dated form: any of its values will do
        item = item.table[next(iter(item.table))]
    return tuple(part.text for part in item.items) if isinstance(item.value, tuple) else item.value
