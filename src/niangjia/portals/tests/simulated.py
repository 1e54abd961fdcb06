"""Invented answers of a simulation and of a takeup, laid where the pages look for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from niangjia.engines.simulation import Lake, Pair, Request, Side, working, write_request
from niangjia.engines.simulation.funds import Exhaustion
from niangjia.engines.simulation.results import (
    Cell,
    Gap,
    MonthResult,
    ProgramResult,
    Result,
    Spread,
    Version,
    write_result,
)
from niangjia.engines.simulation.run import ROWS
from niangjia.jobs import simulate
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.kernel.working import RESULT, write_json
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests.house import House

NAME = "0123456789ab"
MONTHS = (Month("2023-08"), Month("2023-09"), Month("2023-10"))


def cell(rows: int, before: int, newly_in: int, newly_out: int, gainers: int, untold: int) -> Cell:
    """Of households; each grant is 500 yuan before and 560 after."""
    after = before + newly_in - newly_out
    counts = {
        "rows": rows, "before_granted": before, "after_granted": after, "newly_in": newly_in, "newly_out": newly_out,
        "gainers": gainers, "losers": newly_out, "after_untold": untold, "before_untold": untold, "changed": newly_in + newly_out + gainers,
    }  # fmt: skip
    yuan = {
        "before_yuan": before * 500, "after_yuan": after * 560, "gained_yuan": gainers * 60, "lost_yuan": newly_out * 500, "untold_yuan": untold * 560,
    }  # fmt: skip
    return Cell(
        **counts, **{f"{name}_households": count for name, count in counts.items()},
        **{name: Decimal(value) for name, value in yuan.items()}, untold_without_yuan=3 if untold else 0,
    )  # fmt: skip


def counties(number: int) -> dict[str, Cell]:
    return {
        "330602": cell(41200, 810 + number, 64, 12, 874, 210),
        "330603": cell(52000, 1204, 96 + number, 15, 1300, 300),
        "330604": cell(38100, 655, 41, 18, 696, 150),
        "330624": cell(20300, 402, 33 + number, 11, 435, 96),
        "330681": cell(60400, 1390, 120, 22, 1510, 410),
        "330683": cell(35100, 512, 4, 3, 7, 88),
    }


def result(program: str = "special-grant") -> Result:
    spread = [Decimal(yuan) for yuan in ("60.00", "60.00", "120.50", "300.00", "560.00")]
    months = tuple(
        MonthResult(str(month), counties(number), Spread(4800, 4700, tuple(spread)), Spread(7, 7, tuple(spread)))
        for number, month in enumerate(MONTHS)
    )
    one = ProgramResult(
        program=program,
        title={"zh": "“越温暖”专项帮扶资金", "en": "Yue Wennuan special relief grant"},
        area="3306",
        unit="household",
        rows_of="household",
        stands_for="",
        purpose="special-relief",
        before=Version("a" * 64, "INSTALLED"),
        after=Version("b" * 64, "INSTALLED", {"grant_amount": "560"}),
        months=months,
        gaps=(Gap("verification_outcome", 1254, 1180, False), Gap("income_12m", 74, 0, True)),
        supposed=("verification_outcome",),
        balance=Decimal("4200000.00"),
        balance_source="special-relief 2023",
        before_exhausted=Exhaustion(date(2024, 3, 7), True, Decimal("1000")),
        after_exhausted=Exhaustion(date(2023, 10, 19), False, Decimal("-42000")),
    )
    return Result(
        NAME, tuple(map(str, MONTHS)), "3306", (one,), {"verification_outcome": "case when has_warning_sign then 'V1' else 'V4' end"},
        {"2023-08": ("event",), "2023-09": (), "2023-10": ()}, {"whole": "9.1"}, "drawn",
    )  # fmt: skip


def lay_simulation(house: House, *, name: str = NAME, path: str = "", done: bool = True) -> str:
    """A simulation that the county asked for; its id."""
    folder = simulate.home_of(deployment()) / name
    folder.mkdir(parents=True, exist_ok=True)
    side = Side({"program.yaml": "id: drawn\n"}, changes={"grant_amount": Decimal(560)})
    asked_by = path or house.desk.town["X"].path
    request = Request(MONTHS, "330624", "330600", (Pair(side, side),), asked_by=asked_by)
    write_request(request, folder / working.REQUEST)
    working.Work("compare", Lake(deployment().lake, programs_folder())).write(folder)
    (folder / RESULT).unlink(missing_ok=True)
    if done:
        write_result(result(), folder / RESULT)
    return name


def lay_takeup(house: House, month: Month = MONTHS[-1]) -> None:
    """Two programmes worked out for the month: three persons entitled in Xinchang, one elsewhere."""
    folder = simulate.home_of(deployment()) / f"takeup-{month}-{NAME}"
    folder.mkdir(parents=True, exist_ok=True)
    request = Request((month,), "", "330600", ())
    write_request(request, folder / working.REQUEST)
    working.Work("entitled", Lake(deployment().lake, programs_folder())).write(folder)
    grant = {"zh": "“越温暖”专项帮扶资金", "en": "Yue Wennuan special relief grant"}
    award = {"zh": "知识产权奖提名", "en": "Award nominations"}
    programs = [
        {"program": "special-grant", "title": grant, "unit": "person", "rows_of": "person", "granted": 4, "untold": 12, "listed_untold": 2,
         "gaps": [{"fact": "verification_outcome", "rows": 12, "alone": 12, "is_told": False}], "refused": {}},
        {"program": "award", "title": award, "unit": "nomination", "rows_of": "", "granted": 0, "untold": 0, "listed_untold": 0, "gaps": [],
         "refused": {"zh": "数据湖没有这样的名册，不能模拟。", "en": "The lake has no list of these."}},
    ]  # fmt: skip
    write_json(folder / RESULT, {"month": str(month), "programs": programs})
    rows = [_row(number, "XG" if number < 3 else "YG", "granted") for number in range(4)]
    rows += [_row(number, "XG", "cannot_tell") for number in range(4, 6)]
    schema = pa.schema(
        [("program", pa.string()), ("unit", pa.string()), ("subject", pa.string()), ("persons", pa.list_(pa.string())),
         ("workers", pa.list_(pa.string())), ("unions", pa.list_(pa.string())), ("area", pa.string()), ("outcome", pa.string()),
         ("tier", pa.string()), ("amount", pa.decimal128(16, 2)), ("if_granted", pa.decimal128(18, 2)), ("missing", pa.string())]
    )  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / ROWS)


def _row(number: int, union: str, outcome: str) -> dict[str, object]:
    person = f"{number + 7000:032x}"
    is_granted = outcome == "granted"
    return {
        "program": "special-grant", "unit": "person", "subject": person, "persons": [person], "workers": [person], "unions": [union],
        "area": "330624001000", "outcome": outcome, "tier": None, "amount": Decimal("500.00") if is_granted else None,
        "if_granted": Decimal("500.00"), "missing": None if is_granted else "verification_outcome",
    }  # fmt: skip
