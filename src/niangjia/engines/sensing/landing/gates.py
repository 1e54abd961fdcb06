"""What stops a whole batch: too many unreadable keys, or a row count far from its usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from niangjia.engines.sensing.landing.feeds import Feed
from niangjia.engines.sensing.landing.reports import BatchReport
from niangjia.kernel.months import Month
from niangjia.kernel.problems import DataProblem

# feeds.md: "more than 5 % of the keys fail"; "±40 % of the median of the last six months".
_KEYS_FAILING_PERCENT = 5
_MONTHS_COMPARED, _MONTHS_NEEDED = 6, 3
_LOW_PERCENT, _HIGH_PERCENT = 60, 140


class TooManyBadKeys(DataProblem):
    def __init__(self, feed: Feed, failed: int, rows: int) -> None:
        super().__init__(
            f"“{feed.zh}”的 {rows} 行中有 {failed} 行的证件号或主键无法识别，超过 5%，整批未入湖。"
            "请检查证件号列是否为文本、列是否错位，改正后重报整份文件。",
            f"{failed} of {rows} rows of {feed.name} have an unreadable ID or key, more than 5 %; nothing landed. "
            "Check that the ID column is text and no column has slipped, then send the whole file again.",
        )


class UnusualVolume(DataProblem):
    def __init__(self, feed: Feed, month: Month, rows: int, usual: float) -> None:
        super().__init__(
            f"“{feed.zh}”{month} 当月 {rows} 行，与前几个月的中位数 {usual:g} 行相差超过 40%，整批未入湖。"
            "请向数据提供方核实；确认无误后可由经办人说明理由放行。",
            f"{feed.name} has {rows} rows dated {month}; the median of the months before is {usual:g}, more than 40 % away; "
            "nothing landed. Ask the data's owner; an officer may let it pass and give the reason.",
        )


def check_keys(feed: Feed, *, failed: int, rows: int) -> None:
    """
    Raises:
        TooManyBadKeys: more than 5 % of `rows` have an ID number or key that cannot be read.
    """
    if failed * 100 > rows * _KEYS_FAILING_PERCENT:
        raise TooManyBadKeys(feed, failed, rows)


def check_volume(feed: Feed, month: Month, months: Mapping[str, int], landed: Sequence[BatchReport]) -> None:
    """
    Rows dated in `month` against the median of the rows dated in each of the six latest earlier months that have any, however
    they came: a folder of history brings many months. Of several batches with rows of one month the largest counts, so that
    a small correction does not become the usual. A further batch of a month that is there already may be small: it corrects a
    few rows.

    Raises:
        UnusualVolume: more than 40 % away, and at least three earlier months are known.
    """
    by_month: dict[str, int] = {}
    for report in landed:
        if report.feed == feed.name:
            for name, count in report.months.items():
                if count and name < month.text:
                    by_month[name] = max(by_month.get(name, 0), count)
    earlier = [by_month[name] for name in sorted(by_month)[-_MONTHS_COMPARED:]]
    if len(earlier) < _MONTHS_NEEDED:
        return
    rows, usual = months.get(month.text, 0), median(earlier)
    is_further = feed.is_increment and any(report.feed == feed.name and report.month == month.text for report in landed)
    lowest = 0 if is_further else usual * _LOW_PERCENT
    if not lowest <= rows * 100 <= usual * _HIGH_PERCENT:
        raise UnusualVolume(feed, month, rows, usual)
