"""A folder as owners deliver it: months, and in each one file or folder a feed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from niangjia.engines.sensing import lake as lakes
from niangjia.engines.sensing.landing import gates, storage
from niangjia.engines.sensing.landing.batch import CSV_ENDINGS, Checked, Delivery, Lander
from niangjia.engines.sensing.landing.feeds import Feed, nearest
from niangjia.engines.sensing.landing.reports import BatchReport
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.kernel.sealing import Keys

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_ENDINGS = (*CSV_ENDINGS, ".parquet", ".xlsx", ".xlsm", ".xls", ".et")
_PAPERS = (".md", ".json", ".yaml", ".yml", ".toml", ".log", ".sha256")


class NoMonths(Refusal):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} 中没有月份文件夹。请按月建立文件夹，例如 2023-10/，内放 medical_settlement.csv 等文件。",
            f"{folder} has no month folder. Make one a month, such as 2023-10/, with medical_settlement.csv and so on in it.",
        )


def land_folder(
    lake: Path,
    folder: Path,
    *,
    keys: Keys,
    feeds: Mapping[str, Feed],
    progress: Callable[[str, float], None] | None = None,
    override: str | None = None,
    memory_limit: str,
    threads: int,
) -> list[BatchReport]:
    """
    Land a month's folder, or every month's folder inside `folder` in month order; one report a feed, refused ones too.

    `progress` gets the name of the step and the share done. `override`: an officer's reason to accept an unusual number of
    rows; it is kept in the report. Safe to repeat: what landed before is reported as duplicate.

    Raises:
        NoMonths: the folder is not there, or holds no month.
        LandingBusy: another landing is under way.
    """
    months = _months(Path(folder))
    lake = Path(lake)
    reports = []
    with (
        storage.locked(lake),
        Lander(lake, Path(folder), keys=keys, memory_limit=memory_limit, threads=threads, override=override) as lander,
    ):
        lakes.sweep(lake)
        landed = lakes.committed(lake)
        work = [step for month_folder in months for step in _deliveries(month_folder, feeds)]
        for done, step in enumerate(work):
            name = f"{step.month} {step.feed if isinstance(step, BatchReport) else step.feed.name}"
            if progress:
                progress(name, done / len(work))
            report = step if isinstance(step, BatchReport) else lander.land(step, landed)
            if report.status == "landed":
                landed.append(report)
            elif report.status == "duplicate":
                _confirm(lander.lake, report, feeds[report.feed], landed)
            reports.append(report)
        if progress:
            progress("", 1.0)
    return reports


def check_file(file: Path, feed: Feed, month: Month, *, keys: Keys, memory_limit: str, threads: int) -> Checked:
    """
    What landing would make of one file of `month`. Writes nothing, and waits for no other landing.

    Raises:
        UnreadableFile, UnreadableHeader: whole file refused.
    """
    folder = file.resolve().parent
    with Lander(folder, folder, keys=keys, memory_limit=memory_limit, threads=threads, override=None) as lander:
        return lander.check(Delivery(feed, month, folder, (file.name,)))


def check_volume(lake: Path, feed: Feed, month: Month, months: Mapping[str, int]) -> None:
    """
    Whether a batch of `month` with so many rows dated in each of `months` would be let in. Writes nothing.

    Raises:
        UnusualVolume: not without an officer's reason, the `override` of `land_folder`.
    """
    gates.check_volume(feed, month, months, lakes.committed(lake))


def _confirm(lake: Path, report: BatchReport, feed: Feed, landed: list[BatchReport]) -> None:
    """
    An unchanged snapshot, or an increment that is empty again, has come for its month though there is nothing to write.
    The same rows of an increment sent twice are a mistake: they do not stand for the month's own.
    """
    earlier = next(other for other in landed if other.batch == report.duplicate_of)
    if earlier.month != report.month and (not feed.is_increment or earlier.rows_in == 0):
        lakes.confirm(lake, report.month, report.feed, earlier.batch)


def _months(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NoMonths(folder)
    if _MONTH.fullmatch(folder.resolve().name):
        return [folder.resolve()]
    months = sorted(entry for entry in folder.resolve().iterdir() if entry.is_dir() and _MONTH.fullmatch(entry.name))
    if not months:
        raise NoMonths(folder)
    return months


def _deliveries(folder: Path, feeds: Mapping[str, Feed]) -> list[Delivery | BatchReport]:
    """What to land, in name order; a report already for what nobody can land."""
    month = Month(folder.name)
    titles = {feed.zh: feed for feed in feeds.values()}
    steps: dict[str, Delivery | BatchReport] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith((".", "_", "~$")):
            continue
        stem = entry.name if entry.is_dir() else entry.stem
        feed = feeds.get(stem) or titles.get(stem)
        if feed is None:
            if entry.is_dir() or entry.suffix.lower() not in _PAPERS:
                steps[entry.name] = _unknown(entry.name, stem, month, feeds)
            continue
        names = [entry.name]
        if entry.is_dir():
            names = [
                f"{entry.name}/{part.name}"
                for part in sorted(entry.iterdir())
                if not part.name.startswith((".", "_", "~$"))
            ]
        if feed.name in steps:
            steps[feed.name] = _refused(
                feed.name, month, tuple(names),
                f"“{feed.zh}”有不止一个文件（如 {entry.name}），不知以哪个为准。请只留一个，或将各部分放入文件夹 {feed.name}/。",
                f"There is more than one file of {feed.name} ({entry.name}, for one). Keep one, or put its parts into {feed.name}/.",
            )  # fmt: skip
        elif wrong := [name for name in names if Path(name).suffix.lower() not in _ENDINGS] or (
            [""] if not names else []
        ):
            steps[feed.name] = _refused(
                feed.name, month, tuple(names),
                f"{wrong[0] or entry.name} 不是可读的文件类型。请用 .csv、.xlsx 或 .parquet。",
                f"{wrong[0] or entry.name} is not of a readable kind. Use .csv, .xlsx or .parquet.",
            )  # fmt: skip
        else:
            steps[feed.name] = Delivery(feed, month, folder, tuple(names))
    return list(steps.values())


def _unknown(name: str, stem: str, month: Month, feeds: Mapping[str, Feed]) -> BatchReport:
    near = "".join(nearest(stem, [*feeds, *(feed.zh for feed in feeds.values())]))
    return _refused(
        stem, month, (name,),
        f"不认识的数据源“{stem}”。{f'是否为 {near}？' if near else ''}文件名应为：{'、'.join(feeds)}。",
        f"Unknown feed {stem!r}. {f'Did you mean {near}? ' if near else ''}Files are named: {', '.join(feeds)}.",
    )  # fmt: skip


def _refused(feed: str, month: Month, names: tuple[str, ...], zh: str, en: str) -> BatchReport:
    return BatchReport(feed=feed, month=month.text, status="refused", files=names, refused_zh=zh, refused_en=en)
