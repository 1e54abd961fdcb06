"""
The feed contract read a second time, plainly: dicts, exact fractions, no SQL. It shares no code with the engine.

Door::

    oracle = Oracle(home="330600")
    oracle.land(Path("2024-05"))            # -> {feed: Landed}, in the order the folders arrive
    rows = oracle.sense(Month("2024-05"))   # -> list[Row], the month's list; months are sensed in order

Where the contract leaves two readings, README.md beside this file says which one was taken.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import statistics
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from niangjia.kernel.identity import birth_date, read_id_number
from niangjia.kernel.months import Month, completed_years

# ---------------------------------------------------------------------------------------------- the feeds

FLAG = ("0", "1")


@dataclass(frozen=True)
class Column:
    kind: str  # id, date, month, money, number, flag, value, text
    required: bool = False
    values: tuple[str, ...] = ()


def _columns(text: str) -> dict[str, Column]:
    """`name:kind!` one a word; `!` = required; `name:value(a,b)` = a closed domain."""
    columns = {}
    for word in text.split():
        name, kind = word.split(":")
        required = kind.endswith("!")
        kind = kind.rstrip("!")
        values: tuple[str, ...] = ()
        if "(" in kind:
            kind, inside = kind[:-1].split("(")
            values = tuple(inside.split(","))
        columns[name] = Column(kind, required, values)
    return columns


FEEDS: dict[str, dict[str, Column]] = {
    "medical_settlement": _columns(
        "setl_id:text! mdtrt_id:text certno:id! psn_name:text insutype:text med_type:text setl_time:date!"
        " refd_setl_flag:flag medfee_sumamt:money! fulamt_ownpay_amt:money overlmt_selfpay:money"
        " preselfpay_amt:money fund_pay_sumamt:money! hosp_part_amt:money psn_part_amt:money! acct_pay:money"
        " acct_mulaid_pay:money psn_cash_pay:money insu_admdvs:text dise_no:text"
    ),
    "social_insurance": _columns(
        "aac002:id! aab001:text aae140:value(110,210,310)! month:month! aac040:money! paid:flag!"
        " stop_reason:value(ended,dismissed,moved,retired,other)"
    ),
    "unemployment": _columns("id:id! registered_on:date benefit_from:date! benefit_to:date benefit_monthly:money!"),
    "pension": _columns("id:id! retired_on:date! pension_monthly:money!"),
    "disability": _columns("id:id! kind:value(1,2,3,4,5,6,7)! grade:value(1,2,3,4)! from:date! to:date"),
    "school": _columns(
        "id:id! stage:value(kindergarten,compulsory,senior,vocational,higher,special)!"
        " ownership:value(public,private) fee_yearly:money! aid_yearly:money from:date! to:date"
    ),
    "low_income_scheme": _columns(
        "household_no:text id:id! scheme:value(dibao,tekun,dibian,rigid)! from:date! to:date"
    ),
    "aid_payment": _columns("id:id! scheme:text! amount:money! paid_on:date!"),
    "household": _columns(
        "household_no:text! id:id! name:text relation:value(head,spouse,child,parent,other)! birth:date"
        " sex:value(M,F) area:text! from:date! to:date death_date:date"
    ),
    "marriage": _columns("id_a:id! id_b:id! from:date! to:date"),
    "real_estate": _columns(
        "id:id! property_no:text! use:value(housing,shop,other)! area_m2:number share:number area:text"
    ),
    "vehicle": _columns(
        "id:id! kind:value(car,motorcycle,disability,commercial)! first_registered_on:date price:money"
    ),
    "business": _columns("id:id! uscc:text! role:text capital:money state:value(open,closed)! from:date to:date"),
    "event": _columns(
        "id:id! kind:value(fire,flood,traffic,work,other)! happened_on:date! loss:money! compensation:money"
    ),
    "mutual_aid": _columns("id:id! amount:money! paid_on:date!"),
    "member": _columns("id:id! name:text union_code:text! joined_on:date! left_on:date group:text phone:text"),
    "canvass": _columns(
        "id:id! union_code:text! reported_on:date! cause:value(因病,因学,因残,因灾,失业,低收入)! income_12m:money note:text"
    ),
    "union": _columns(
        "code:text! parent:text name:text! level:value(province,city,county,town,grassroots,federation)!"
        " area:text uscc:text state:text"
    ),
    "standard": _columns("area:text! from:date! dibao_monthly:money! mean_housing_area_m2:number"),
}

# Increments accumulate by their own date; every other feed is a full snapshot for its folder's month.
INCREMENTS = {
    "medical_settlement": "setl_time",
    "social_insurance": "month",
    "aid_payment": "paid_on",
    "event": "happened_on",
    "mutual_aid": "paid_on",
    "canvass": "reported_on",
}
KEYS = {
    "medical_settlement": ("setl_id", "refd_setl_flag"),
    "social_insurance": ("aac002", "aab001", "aae140", "month"),
}
CARRIED_FORWARD = {"household", "marriage", "member", "union", "standard"}

INCOME_FEEDS = ("social_insurance", "pension", "unemployment")
TRIGGER_FEEDS: dict[str, tuple[str, ...]] = {
    "T-ILL-1": ("medical_settlement", *INCOME_FEEDS),
    "T-ILL-2": ("medical_settlement",),
    "T-ILL-3": ("medical_settlement",),
    "T-ILL-4": ("medical_settlement",),
    "T-EDU-1": ("school", *INCOME_FEEDS),
    "T-EDU-2": ("school", *INCOME_FEEDS),
    "T-DIS-1": ("disability",),
    "T-DIS-2": ("disability", *INCOME_FEEDS),
    "T-CAT-1": ("event", *INCOME_FEEDS),
    "T-UNE-1": ("social_insurance", "pension", "school"),
    "T-UNE-2": ("unemployment", "social_insurance"),
    "T-INC-1": ("medical_settlement", "school", *INCOME_FEEDS),
    "T-MAN-1": ("canvass",),
}
CAUSES = {"ILL": "因病", "EDU": "因学", "DIS": "因残", "CAT": "因灾", "UNE": "失业", "INC": "低收入"}

MATERNITY = {"51", "52", "53"}
CATASTROPHES = {"fire", "flood", "traffic", "work"}
GRADES = ["RED", "ORANGE", "YELLOW"]
SUPPRESS_ORDER = [
    "S-MOVED", "S-RETIRED", "S-SCHEME", "S-FILED", "S-PAID", "S-RECENT", "S-PROP", "S-OPTOUT", "S-LOWCONF",
]  # fmt: skip

# ---------------------------------------------------------------------------------------------- reading cells


class Unreadable(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\ufeff", "").strip()


def _no_blanks(text: str) -> str:
    return re.sub(r"\s+", "", _half_width(text))


def read_date(text: str) -> date:
    """
    >>> read_date("2023年10月8日"), read_date("45207")
    (datetime.date(2023, 10, 8), datetime.date(2023, 10, 8))
    """
    plain = _no_blanks(text)
    for pattern in (
        r"(\d{4})-(\d{1,2})-(\d{1,2})",
        r"(\d{4})/(\d{1,2})/(\d{1,2})",
        r"(\d{4})(\d{2})(\d{2})",
        r"(\d{4})年(\d{1,2})月(\d{1,2})日",
    ):
        found = re.fullmatch(pattern, plain)
        if found:
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                raise Unreadable("BAD_DATE") from None
    if re.fullmatch(r"\d{5}", plain):
        return date(1899, 12, 30) + timedelta(days=int(plain))
    raise Unreadable("BAD_DATE")


def read_month(text: str) -> Month:
    plain = _no_blanks(text)
    found = re.fullmatch(r"(\d{4})[-/年]?(\d{1,2})月?", plain)
    if found and 1 <= int(found[2]) <= 12:
        return Month(f"{int(found[1]):04d}-{int(found[2]):02d}")
    return Month.of(read_date(text))


def read_money(text: str) -> Fraction:
    """
    >>> read_money("1,234.50元")
    Fraction(2469, 2)
    """
    plain = _no_blanks(text).replace(",", "").removesuffix("元")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", plain):
        raise Unreadable("BAD_NUMBER")
    return Fraction(Decimal(plain))


def read_cell(column: Column, text: str) -> Any:
    """The cell's value; None for an empty optional cell."""
    plain = _half_width(text)
    if not plain:
        if column.required:
            raise Unreadable("MISSING_REQUIRED")
        return None
    if column.kind == "id":
        number = read_id_number(text)
        if number is None:
            raise Unreadable("BAD_ID")
        return number
    if column.kind == "date":
        return read_date(text)
    if column.kind == "month":
        return read_month(text)
    if column.kind in ("money", "number"):
        return read_money(text)
    if column.kind == "flag":
        if plain not in FLAG:
            raise Unreadable("BAD_VALUE")
        return plain == "1"
    if column.kind == "value":
        if plain not in column.values:
            raise Unreadable("BAD_VALUE")
        return plain
    return plain


@dataclass(frozen=True)
class SetAside:
    feed: str
    file: str
    row: int
    column: str
    reason: str


@dataclass
class Landed:
    """What became of one batch: "landed", "no-op" (seen before) or "stopped" (with why)."""

    feed: str
    month: Month
    outcome: str
    why: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)


def _cells(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    first = text.split("\n", 1)[0]
    separator = max(",\t;", key=lambda mark: first.count(mark))
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def read_file(feed: str, name: str, content: bytes) -> tuple[list[dict[str, Any]], list[SetAside], int] | None:
    """(good rows, rows set aside, rows whose ID failed), or None if the header cannot be read."""
    columns = FEEDS[feed]
    table = _cells(content)
    header = [_half_width(cell) for cell in table[0]] if table else []
    if any(column.required and code not in header for code, column in columns.items()):
        return None
    rows: list[dict[str, Any]] = []
    aside: list[SetAside] = []
    key_failures = 0
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        raw = dict(zip(header, cells, strict=False))
        row: dict[str, Any] = {}
        failed: SetAside | None = None
        for code, column in columns.items():
            try:
                row[code] = read_cell(column, raw.get(code) or "")
            except Unreadable as problem:
                if column.kind == "id":
                    key_failures += 1
                failed = failed or SetAside(feed, name, number, code, problem.reason)
        if failed is None and feed == "medical_settlement":
            row["refd_setl_flag"] = bool(row["refd_setl_flag"])
            amounts = [row[code] for code in ("medfee_sumamt", "fund_pay_sumamt", "psn_part_amt")]
            wrong = any(amount > 0 for amount in amounts) if row["refd_setl_flag"] else any(a < 0 for a in amounts)
            if wrong:
                failed = SetAside(feed, name, number, "refd_setl_flag", "BAD_REFUND_SIGN")
        if failed:
            aside.append(failed)
        else:
            rows.append(row)
    return rows, aside, key_failures


# ---------------------------------------------------------------------------------------------- the list's rows


@dataclass
class Row:
    """One household of the month's list. Money and ratios exact; None = UNKNOWN or not applicable."""

    month: Month
    members: tuple[str, ...]
    area: str | None
    state: str
    first_month: Month
    causes: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    grade: str | None = None
    suppress_code: str | None = None
    labels: tuple[str, ...] = ()
    I2: Fraction | None = None
    I3: Fraction | None = None
    I4: Fraction | None = None
    I5: Fraction | None = None
    M4: Fraction | None = None
    M5: Fraction | None = None
    size: int | None = None
    students: int | None = None
    dis_grade: int | None = None
    months_uninsured: int | None = None
    reasons: tuple[str, ...] = ()
    unsettled: frozenset[str] = frozenset()  # columns where the contract does not bind (README.md)

    def shown(self) -> dict[str, str]:
        """The row as the list prints it."""
        out = {"members": "|".join(self.members), "month": str(self.month), "first_month": str(self.first_month)}
        for name in ("causes", "triggers", "labels", "reasons"):
            out[name] = "|".join(sorted(getattr(self, name)))
        for name in ("I2", "I3", "I4", "I5", "M4", "M5"):
            out[name] = shown(getattr(self, name))
        for name in ("area", "state", "grade", "suppress_code", "size", "students", "dis_grade", "months_uninsured"):
            value = getattr(self, name)
            out[name] = "" if value is None else str(value)
        return out


def shown(value: Fraction | None) -> str:
    """
    Half up to 0.01 (halves go away from zero).

    >>> shown(Fraction(5, 1000)), shown(Fraction(-5, 1000)), shown(None)
    ('0.01', '-0.01', '')
    """
    if value is None:
        return ""
    cents = (abs(value) * 100 + Fraction(1, 2)).__floor__()
    sign = "-" if value < 0 and cents else ""
    return f"{sign}{cents // 100}.{cents % 100:02d}"


@dataclass
class Household:
    """People living together at `asof`, and what the month's feeds say of them."""

    members: tuple[str, ...]
    area: str | None = None
    area_since: date | None = None  # `from` of the row the area was read from; None when it is the union's
    standard: dict[str, Any] | None = None
    workers: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()  # members who died in W12
    sensed: bool = False
    triggers: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)  # triggers that only an income, which is unknown, could decide
    causes: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    matches: set[str] = field(default_factory=set)  # suppression codes that match
    held: bool = False
    grade: str | None = None
    moved: bool = False
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass
class Case:
    """A household's thread through the months."""

    members: tuple[str, ...]
    active: bool = False
    ever_active: bool = False
    first_month: Month | None = None
    was_held: bool = False
    took_in_a_listed_one: bool = False
    triggers: set[str] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)
    grade: str | None = None
    stale_months: int = 0
    area: str | None = None
    registered: bool = True


def _open(row: dict[str, Any], day: date, start: str = "from", end: str = "to") -> bool:
    return (row[start] is None or row[start] <= day) and (row[end] is None or day < row[end])


class Oracle:
    def __init__(self, *, home: str) -> None:
        self.home_city = home[:4]
        self.home_province = home[:2]
        self.hashes: set[tuple[str, str]] = set()
        self.keyed: dict[str, dict[tuple, dict[str, Any]]] = {feed: {} for feed in KEYS}
        self.plain: dict[str, list[dict[str, Any]]] = {feed: [] for feed in INCREMENTS if feed not in KEYS}
        self.snapshots: dict[str, dict[Month, list[dict[str, Any]]]] = defaultdict(dict)
        self.came: set[tuple[str, Month]] = set()
        self.set_aside: list[SetAside] = []
        self.cases: list[Case] = []

    # ------------------------------------------------------------------------------------------ landing

    def land(self, folder: Path) -> dict[str, Landed]:
        """One folder `YYYY-MM`; feeds are landed one by one, each as one batch."""
        month = Month(folder.name)
        report = {}
        for feed in FEEDS:
            single, parts = folder / f"{feed}.csv", folder / feed
            files = [single] if single.exists() else sorted(parts.glob("*.csv")) if parts.is_dir() else []
            if files:
                report[feed] = self._land_batch(feed, month, [(file.name, file.read_bytes()) for file in files])
        return report

    def _land_batch(self, feed: str, month: Month, files: list[tuple[str, bytes]]) -> Landed:
        digest = hashlib.sha256(b"\0".join(content for _, content in files)).hexdigest()
        if (feed, digest) in self.hashes:
            return Landed(feed, month, "no-op")
        landed = Landed(feed, month, "landed")
        key_failures = 0
        for name, content in files:
            read = read_file(feed, name, content)
            if read is None:
                return Landed(feed, month, "stopped", why="header")
            landed.rows += read[0]
            landed.set_aside += read[1]
            key_failures += read[2]
        total = len(landed.rows) + len(landed.set_aside)
        if total and Fraction(key_failures, total) > Fraction(5, 100):
            return Landed(feed, month, "stopped", why="keys", set_aside=landed.set_aside)
        if not self._volume_is_usual(feed, month, landed.rows):
            return Landed(feed, month, "stopped", why="volume", set_aside=landed.set_aside)
        self.hashes.add((feed, digest))
        self.came.add((feed, month))
        self.set_aside += landed.set_aside
        if feed in KEYS:
            for row in landed.rows:
                self.keyed[feed][tuple(row[code] for code in KEYS[feed])] = row
        elif feed in INCREMENTS:
            self.plain[feed] += landed.rows
        else:
            self.snapshots[feed][month] = landed.rows
        return landed

    def _volume_is_usual(self, feed: str, month: Month, rows: list[dict[str, Any]]) -> bool:
        counts: dict[Month, int] = defaultdict(int)
        if feed in INCREMENTS:
            for row in self._rows(feed):
                counts[self._dated(feed, row)] += 1
            now = sum(self._dated(feed, row) == month for row in rows)
        else:
            for earlier, snapshot in self.snapshots[feed].items():
                counts[earlier] = len(snapshot)
            now = len(rows)
        earlier_months = sorted(earlier for earlier in counts if earlier < month)[-6:]
        if len(earlier_months) < 3:
            return True
        median = Fraction(statistics.median(Fraction(counts[earlier]) for earlier in earlier_months))
        return median * Fraction(6, 10) <= now <= median * Fraction(14, 10)

    @staticmethod
    def _dated(feed: str, row: dict[str, Any]) -> Month:
        when = row[INCREMENTS[feed]]
        return when if isinstance(when, Month) else Month.of(when)

    def _rows(self, feed: str) -> Iterable[dict[str, Any]]:
        return self.keyed[feed].values() if feed in KEYS else self.plain[feed]

    # ------------------------------------------------------------------------------------------ the month's view

    def _snapshot(self, feed: str, month: Month) -> list[dict[str, Any]]:
        """The month's own snapshot; of the carried feeds else the latest earlier one; else nothing."""
        months = [m for m in self.snapshots[feed] if (m <= month if feed in CARRIED_FORWARD else m == month)]
        return self.snapshots[feed][max(months)] if months else []

    def _has(self, feed: str) -> bool:
        return (feed, self.month) in self.came

    def sense(
        self,
        month: Month,
        *,
        low_confidence: Collection[tuple[str, ...]] = (),
    ) -> list[Row]:
        """
        `low_confidence`: members of households that match S-LOWCONF; the contract gives no weights to compute it.
        """
        self.low_confidence = low_confidence
        self._gather(month)
        households = self._households()
        for household in households:
            self._indicators(household)
            if household.sensed:
                self._fire(household)
                self._suppress(household)
        return self._diff(households)

    def _gather(self, month: Month) -> None:
        """Everything the month's reading needs, by person."""
        self.month = month
        self.asof = month.last_day
        self.window = set(month.window(12))

        settlements = list(self._rows("medical_settlement"))
        attended: dict[tuple[str, str], date] = {}
        for row in settlements:
            if not row["refd_setl_flag"] and row["mdtrt_id"]:
                key = (row["certno"], row["mdtrt_id"])
                attended[key] = min(row["setl_time"], attended.get(key, row["setl_time"]))
        self.orphans = []
        self.settled: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in settlements:
            if row["refd_setl_flag"]:
                first = attended.get((row["certno"], row["mdtrt_id"] or ""))
                if first is None or first > row["setl_time"]:
                    self.orphans.append(row)
                    continue
            self.settled[row["certno"]].append(row)
        self.history_start = min((Month.of(row["setl_time"]) for row in settlements), default=None)

        self.insured: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._rows("social_insurance"):
            if row["aae140"] == "110":
                self.insured[row["aac002"]].append(row)

        def by_person(feed: str) -> dict[str, list[dict[str, Any]]]:
            found = defaultdict(list)
            for row in self._rows(feed) if feed in INCREMENTS else self._snapshot(feed, month):
                found[row["id"]].append(row)
            return found

        self.by_person = {
            feed: by_person(feed)
            for feed in (
                "unemployment", "pension", "disability", "school", "low_income_scheme", "aid_payment", "household",
                "real_estate", "vehicle", "business", "event", "mutual_aid", "member", "canvass",
            )
        }  # fmt: skip
        self.marriages = self._snapshot("marriage", month)
        self.standards = self._snapshot("standard", month)
        self.unions = {row["code"]: row for row in self._snapshot("union", month)}
        self.deaths = {
            person: min(row["death_date"] for row in rows if row["death_date"])
            for person, rows in self.by_person["household"].items()
            if any(row["death_date"] for row in rows)
        }
        earlier = [m for feed, m in self.came if feed == "disability" and m < month]
        self.last_disability_day = max(earlier).last_day if earlier else None

    def _of(self, feed: str, person: str) -> list[dict[str, Any]]:
        return self.by_person[feed].get(person, [])

    # ------------------------------------------------------------------------------------------ persons

    def _is_dead(self, person: str) -> bool:
        return person in self.deaths and self.deaths[person] <= self.asof

    def _age(self, person: str, day: date | None = None) -> int:
        return completed_years(birth_date(person), day or self.asof)

    def _is_of_working_age(self, person: str) -> bool:
        return 16 <= self._age(person) <= 59

    def _enrolments(self, person: str, day: date | None = None) -> list[dict[str, Any]]:
        return [row for row in self._of("school", person) if _open(row, day or self.asof)]

    def _is_retired(self, person: str) -> bool:
        return any(row["retired_on"] <= self.asof for row in self._of("pension", person))

    def _is_worker(self, person: str, day: date) -> bool:
        if any(_open(row, day, "joined_on", "left_on") for row in self._of("member", person)):
            return True
        months = Month.of(day).window(3)
        return any(row["paid"] and row["aab001"] and row["month"] in months for row in self.insured.get(person, []))

    def _register_row(self, person: str, day: date) -> dict[str, Any] | None:
        """The one household row of the person on the day."""
        rows = [row for row in self._of("household", person) if _open(row, day)]
        if not rows:
            return None
        child_rows = [row for row in rows if row["relation"] == "child"]
        own_rows = [row for row in rows if row["relation"] != "child"]
        dependent = self._age(person, day) < 18 or any(
            row["stage"] in ("higher", "senior", "vocational") for row in self._enrolments(person, day)
        )
        if dependent and child_rows:
            rows = child_rows
        elif own_rows:
            rows = own_rows
        return max(rows, key=lambda row: (row["from"], row["household_no"]))

    # ------------------------------------------------------------------------------------------ households

    def _households(self) -> list[Household]:
        asof = self.asof
        register: dict[str, dict[str, Any]] = {}
        for person in self.by_person["household"]:
            row = None if self._is_dead(person) else self._register_row(person, asof)
            if row:
                register[person] = row
        couples = [
            (row["id_a"], row["id_b"])
            for row in self.marriages
            if _open(row, asof) and not self._is_dead(row["id_a"]) and not self._is_dead(row["id_b"])
        ]
        possible_workers = set(self.by_person["member"]) | set(self.insured)
        workers = {p for p in possible_workers if not self._is_dead(p) and self._is_worker(p, asof)}
        people = set(register) | workers | {person for couple in couples for person in couple}

        leader = {person: person for person in people}

        def find(person: str) -> str:
            while leader[person] != person:
                person = leader[person]
            return person

        def join(one: str, other: str) -> None:
            one, other = find(one), find(other)
            leader[max(one, other)] = min(one, other)

        first_of_number: dict[str, str] = {}
        for person, row in register.items():
            join(person, first_of_number.setdefault(row["household_no"], person))
        for one, other in couples:
            join(one, other)

        groups: dict[str, list[str]] = defaultdict(list)
        for person in people:
            groups[find(person)].append(person)
        households = []
        home_of: dict[str, Household] = {}
        for members in groups.values():
            household = Household(tuple(sorted(members)))
            household.workers = tuple(p for p in household.members if p in workers)
            self._place(household, register)
            if any(worker not in register for worker in household.workers):
                household.labels.add("no-register")
            for person in members:
                home_of[person] = household
            households.append(household)
        self._remember_the_dead(home_of, first_of_number)
        for household in households:
            household.sensed = bool(household.workers) or any(
                self._is_worker(person, self.deaths[person] - timedelta(days=1)) for person in household.lost
            )
        self.home_of = home_of
        self.registered_today = set(register)
        return sorted(households, key=lambda h: h.members)

    def _place(self, household: Household, register: dict[str, dict[str, Any]]) -> None:
        """Area of the oldest living head (then smallest ID), else of the oldest member, else of the worker's union."""
        listed = [person for person in household.members if person in register]
        heads = [person for person in listed if register[person]["relation"] == "head"]
        if listed:
            person = min(heads or listed, key=lambda p: (birth_date(p), p))
            household.area = register[person]["area"]
            household.area_since = register[person]["from"]
        else:
            for person in sorted(household.workers, key=lambda p: (birth_date(p), p)):
                memberships = [
                    row for row in self._of("member", person) if _open(row, self.asof, "joined_on", "left_on")
                ]
                if memberships and household.area is None:
                    union = max(memberships, key=lambda row: (row["joined_on"], row["union_code"]))["union_code"]
                    household.area = self.unions.get(union, {}).get("area")
        known = [
            row
            for row in self.standards
            if household.area and household.area.startswith(row["area"]) and row["from"] <= self.asof
        ]
        household.standard = max(known, key=lambda row: (len(row["area"]), row["from"]), default=None)

    def _remember_the_dead(self, home_of: dict[str, Household], first_of_number: dict[str, str]) -> None:
        for person, died_on in self.deaths.items():
            if Month.of(died_on) not in self.window:
                continue
            day_before = died_on - timedelta(days=1)
            row = self._register_row(person, day_before)
            near = set()
            if row and row["household_no"] in first_of_number:
                near.add(first_of_number[row["household_no"]])
            for marriage in self.marriages:
                couple = {marriage["id_a"], marriage["id_b"]}
                if person in couple and _open(marriage, day_before):
                    near |= couple - {person}
            for household in {id(home_of[p]): home_of[p] for p in near if p in home_of}.values():
                household.lost = (*household.lost, person)

    # ------------------------------------------------------------------------------------------ indicators

    def _burden(self, persons: Iterable[str], months: set[Month]) -> list[dict[str, Any]]:
        return [
            row
            for person in persons
            for row in self.settled.get(person, [])
            if Month.of(row["setl_time"]) in months and row["med_type"] not in MATERNITY
        ]

    def _wages(self, person: str) -> Fraction:
        best: dict[Month, Fraction] = {}
        for row in self.insured.get(person, []):
            if row["paid"] and row["month"] in self.window:
                best[row["month"]] = max(row["aac040"], best.get(row["month"], row["aac040"]))
        return sum(best.values(), Fraction(0))

    def _income(self, person: str) -> Fraction:
        total = self._wages(person)
        for month in self.window:
            for row in self._of("pension", person):
                if row["retired_on"] <= month.last_day:
                    total += row["pension_monthly"]
            total += max(
                (
                    row["benefit_monthly"]
                    for row in self._of("unemployment", person)
                    if row["benefit_from"] <= month.last_day
                    and (row["benefit_to"] is None or max(row["benefit_from"], month.first_day) < row["benefit_to"])
                ),
                default=Fraction(0),
            )
        return total

    def _income_is_known(self, person: str) -> bool:
        if not self._is_of_working_age(person) or self._is_retired(person) or self._enrolments(person):
            return True
        return any(row["month"] in self.window for row in self.insured.get(person, []))

    def _indicators(self, household: Household) -> None:
        members, figures = household.members, household.figures
        size = len(members)
        figures.update(dict.fromkeys(("I2", "I3", "I4", "I5", "M4", "M5", "M6", "school_cost", "plain_cost")))
        figures.update(size=size, students=None, dis_grade=None, months_uninsured=None)

        if self._has("medical_settlement"):
            burden = self._burden(members, self.window)
            M1 = sum((row["psn_part_amt"] for row in burden), Fraction(0))
            relief = Fraction(0)
            for person in members:
                for row in self._of("mutual_aid", person):
                    if Month.of(row["paid_on"]) in self.window:
                        relief += row["amount"]
                for row in self._of("aid_payment", person):
                    if Month.of(row["paid_on"]) in self.window and row["scheme"] == "medical":
                        relief += row["amount"]
            figures["M4"] = max(Fraction(0), M1 - relief)
            stays: dict[tuple, Fraction] = defaultdict(Fraction)
            for row in burden:
                stays[(row["certno"], row["mdtrt_id"] or ("setl", row["setl_id"]))] += row["psn_part_amt"]
            figures["M5"] = max(stays.values(), default=Fraction(0))
            if self.history_start is not None and self.history_start <= self.month.plus(-14):
                before = self._burden(members, set(self.month.plus(-3).window(12)))
                figures["M6"] = M1 - sum((row["psn_part_amt"] for row in before), Fraction(0))

        if all(self._has(feed) for feed in INCOME_FEEDS):
            if all(self._income_is_known(person) for person in members):
                figures["I2"] = sum((self._income(person) for person in members), Fraction(0))
            else:
                reports = [
                    row
                    for person in members
                    for row in self._of("canvass", person)
                    if Month.of(row["reported_on"]) in self.window and row["income_12m"] is not None
                ]
                if reports:
                    latest = max(row["reported_on"] for row in reports)
                    figures["I2"] = [row for row in reports if row["reported_on"] == latest][-1]["income_12m"]

        enrolments = [row for person in members for row in self._enrolments(person)]
        if self._has("school"):
            figures["students"] = sum(bool(self._enrolments(person)) for person in members)
            figures["school_cost"] = sum((_cost(row) for row in enrolments), Fraction(0))
            figures["plain_cost"] = sum((_cost(row) for row in enrolments if not _high_fee(row)), Fraction(0))
        if self._has("disability"):
            figures["dis_grade"] = min(
                (int(row["grade"]) for p in members for row in self._of("disability", p) if _open(row, self.asof)),
                default=None,
            )

        if figures["I2"] is not None:
            figures["I3"] = figures["I2"] / 12 / size
            if figures["M4"] is not None and figures["school_cost"] is not None:
                figures["I4"] = (figures["I2"] - figures["M4"] - figures["school_cost"]) / 12 / size
                if household.standard:
                    figures["I5"] = figures["I4"] / household.standard["dibao_monthly"]
        if household.standard is None:
            household.labels.add("no-standard")

    # ------------------------------------------------------------------------------------------ triggers

    def _months_uninsured(self, person: str) -> int | None:
        """Months since the last one paid by an employer, if T-UNE-1 fires for the person."""
        if not self._is_of_working_age(person) or self._is_retired(person) or self._enrolments(person):
            return None
        rows = [row for row in self.insured.get(person, []) if row["month"] <= self.month]
        employed = [row for row in rows if row["paid"] and row["aab001"] and row["month"] in self.window]
        if not employed:
            return None
        last = max(row["month"] for row in employed)
        employers = {row["aab001"] for row in employed if row["month"] == last}
        if any(row["month"] > last and row["aab001"] and row["aab001"] not in employers for row in rows):
            return None
        stops = [row for row in rows if row["stop_reason"]]
        if stops:
            latest = max(row["month"] for row in stops)
            if any(row["stop_reason"] in ("moved", "retired") for row in stops if row["month"] == latest):
                return None
        months = self.month.index - last.index
        return months if months >= 3 else None

    def _benefit_ended(self, person: str) -> bool:
        for row in self._of("unemployment", person):
            ended = row["benefit_to"]
            if ended is None or Month.of(ended) not in self.month.window(2):
                continue
            again = any(
                paid["paid"] and paid["aab001"] and Month.of(ended) <= paid["month"] <= self.month
                for paid in self.insured.get(person, [])
            )
            if not again:
                return True
        return False

    def _was_severe(self, person: str, day: date) -> bool:
        return any(row["grade"] in ("1", "2") for row in self._of("disability", person) if _open(row, day))

    def _fire(self, household: Household) -> None:
        members, figures, fired = household.members, household.figures, household.triggers
        income, per_head, ratio, own_cost, stay, jump = (figures[name] for name in ("I2", "I3", "I5", "M4", "M5", "M6"))
        standard = household.standard["dibao_monthly"] if household.standard else None
        poor = per_head is not None and standard is not None and per_head < 2 * standard

        if own_cost is not None:
            if income is not None and own_cost > 0 and own_cost >= Fraction(40, 100) * income:
                fired.add("T-ILL-1")
            if income is None and own_cost > 0:
                household.untold.add("T-ILL-1")
            if standard is not None and own_cost >= Fraction(15, 10) * standard * 12:
                fired.add("T-ILL-2")
        if stay is not None and stay >= 50_000:
            fired.add("T-ILL-3")
        if jump is not None and jump >= 20_000:
            fired.add("T-ILL-4")

        if self._has("school"):
            in_higher = any(row["stage"] == "higher" for person in members for row in self._enrolments(person))
            if poor and (in_higher or figures["students"] >= 2):
                fired.add("T-EDU-1")
            cost = figures["plain_cost"]
            if income is not None and cost > 0 and cost >= Fraction(30, 100) * income:
                fired.add("T-EDU-2")

        if self._has("disability"):
            if self.last_disability_day is not None and any(
                self._was_severe(person, self.asof) and not self._was_severe(person, self.last_disability_day)
                for person in members
            ):
                fired.add("T-DIS-1")
            disabled = {p for p in members if any(_open(row, self.asof) for row in self._of("disability", p))}
            old = {person for person in members if self._age(person) >= 60}
            old_and_another = any(other != person for person in old for other in disabled)
            if len(disabled) >= 2 or old_and_another:
                if poor:
                    fired.add("T-DIS-2")
                elif income is None:
                    household.untold.add("T-DIS-2")

        if self._has("event") and income is None:
            household.untold.add("T-CAT-1")
        if self._has("event") and income is not None:
            loss = sum(
                (
                    max(Fraction(0), row["loss"] - (row["compensation"] or 0))
                    for person in members
                    for row in self._of("event", person)
                    if row["kind"] in CATASTROPHES and Month.of(row["happened_on"]) in self.window
                ),
                Fraction(0),
            )
            if loss > Fraction(80, 100) * income:
                fired.add("T-CAT-1")

        if all(self._has(feed) for feed in TRIGGER_FEEDS["T-UNE-1"]):
            months = [count for count in map(self._months_uninsured, members) if count is not None]
            if months:
                fired.add("T-UNE-1")
                figures["months_uninsured"] = max(months)
        if all(self._has(feed) for feed in TRIGGER_FEEDS["T-UNE-2"]) and any(map(self._benefit_ended, members)):
            fired.add("T-UNE-2")

        if income is not None:
            if ratio is not None and ratio < 2:
                fired.add("T-INC-1")
            if any(self._wages(p) > 0 for p in household.lost) and not any(self._wages(p) > 0 for p in members):
                fired.add("T-INC-1")
                household.labels.add("bereaved")

        reported = set()
        if self._has("canvass"):
            reported = {
                row["cause"]
                for person in members
                for row in self._of("canvass", person)
                if Month.of(row["reported_on"]) == self.month
            }
            if reported:
                fired.add("T-MAN-1")
        household.causes = {CAUSES[code[2:5]] for code in fired if code != "T-MAN-1"} | reported

    # ------------------------------------------------------------------------------------------ suppression, grade

    def _moved_to(self, household: Household) -> str | None:
        """City code of the place the household (or its workers' insurance) has moved to, by the first day of T−2."""
        since = self.month.plus(-2).first_day
        recent = set(self.month.window(3))
        for person in household.members:
            for row in self.settled.get(person, []):
                if Month.of(row["setl_time"]) in recent and (row["insu_admdvs"] or "")[:4] == self.home_city:
                    return None
        if household.area_since and household.area_since <= since and household.area[:4] != self.home_city:
            return household.area[:4]
        cities = []
        for person in household.workers:
            rows = sorted(
                (row for row in self.settled.get(person, []) if row["insu_admdvs"] and row["setl_time"] <= self.asof),
                key=lambda row: row["setl_time"],
            )
            before = [row for row in rows if row["setl_time"] <= since]
            later = [row for row in rows if row["setl_time"] > since]
            if not before or any(row["insu_admdvs"][:4] == self.home_city for row in [before[-1], *later]):
                return None
            cities.append(rows[-1]["insu_admdvs"][:4])
        return min(cities, default=None)

    def _over_property_limit(self, household: Household) -> bool:
        members, standard = household.members, household.standard
        estate = [row for person in members for row in self._of("real_estate", person)]
        if any(row["use"] == "shop" for row in estate):
            return True
        housing = [row for row in estate if row["use"] == "housing"]
        homes = {row["property_no"] for row in housing}
        if len(homes) >= 3:
            return True
        mean_area = standard["mean_housing_area_m2"] if standard else None
        if len(homes) == 2 and mean_area is not None:
            area = sum(
                ((row["area_m2"] or 0) * (1 if row["share"] is None else row["share"]) for row in housing), Fraction(0)
            )
            if area / len(members) > mean_area:
                return True
        capital = sum(
            (
                row["capital"] or Fraction(0)
                for person in members
                for row in self._of("business", person)
                if row["state"] == "open" and _open(row, self.asof)
            ),
            Fraction(0),
        )
        if capital > 100_000:
            return True
        for person in members:
            for row in self._of("vehicle", person):
                registered = row["first_registered_on"]
                if row["kind"] == "car" and registered and row["price"] is not None and standard:
                    young = completed_years(registered, self.asof) < 10
                    if young and row["price"] > 180 * standard["dibao_monthly"]:
                        return True
        return any(_high_fee(row) for person in members for row in self._enrolments(person))

    def _suppress(self, household: Household) -> None:
        moved_to = self._moved_to(household)
        if moved_to:
            household.moved = True
            household.matches.add("S-MOVED")
            if moved_to[:2] == self.home_province:
                household.labels.add(f"transfer:{moved_to}")
            else:
                household.held = True
        if self._has("pension") and household.workers and all(map(self._is_retired, household.workers)):
            household.matches.add("S-RETIRED")
            household.held = True
        for person in household.members:
            for row in self._of("low_income_scheme", person):
                if _open(row, self.asof):
                    household.matches.add("S-SCHEME")
                    household.labels.add(f"scheme:{row['scheme']}")
        if household.members in self.low_confidence:
            household.matches.add("S-LOWCONF")
            household.held = True
        if self._over_property_limit(household):
            household.matches.add("S-PROP")
            household.labels.add("needs-property-explanation")

        I5, fired, causes = household.figures["I5"], household.triggers, household.causes
        if (
            (I5 is not None and I5 < 1)
            or (len(causes) >= 2 and causes & {"因病", "因灾"})
            or "T-ILL-3" in fired
        ):  # fmt: skip
            step = 0
        elif (I5 is not None and I5 < 2) or fired & {"T-ILL-1", "T-ILL-2", "T-ILL-4", "T-CAT-1", "T-DIS-1"}:
            step = 1
        else:
            step = 2
        if "S-PROP" in household.matches:
            step = min(2, step + 1)
        household.grade = GRADES[step]

    # ------------------------------------------------------------------------------------------ the diff

    def _match(self, households: list[Household]) -> dict[int, Case]:
        """id(household) -> last month's case that shares most persons (tie: still triggers, then the older case)."""
        case_of = {person: case for case in self.cases for person in case.members}
        shared: dict[tuple[int, int], int] = defaultdict(int)
        by_id: dict[int, Any] = {}
        for household in households:
            for person in household.members:
                case = case_of.get(person)
                if case:
                    shared[id(household), id(case)] += 1
                    by_id[id(household)], by_id[id(case)] = household, case
        last = Month("9999-12")

        def rank(pair: tuple[int, int]) -> tuple:
            household, case = by_id[pair[0]], by_id[pair[1]]
            return (
                -shared[pair],
                not household.triggers,
                not case.active,
                case.first_month or last,
                not household.sensed,
                len(household.members) + len(case.members),
                min(birth_date(person) for person in {*household.members} & {*case.members}),
                household.members,
                case.members,
            )

        matched: dict[int, Case] = {}
        placed: set[int] = set()
        for pair in sorted(shared, key=rank):  # a case is where most of it is; if an older one is there too, it ends
            if pair[1] not in placed:
                placed.add(pair[1])
                matched.setdefault(pair[0], by_id[pair[1]])
        return matched

    def _diff(self, households: list[Household]) -> list[Row]:
        matched = self._match(households)
        listed = {person for case in self.cases if case.first_month for person in case.members}
        taken = {id(case) for case in matched.values()}
        rows: list[Row] = []
        cases: list[Case] = []
        for household in households:
            old = matched.get(id(household), Case(()))
            case = Case(
                members=household.members,
                ever_active=old.ever_active,
                first_month=old.first_month,
                was_held=old.was_held,
                took_in_a_listed_one=old.took_in_a_listed_one
                or (old.first_month is None and not listed.isdisjoint(household.members)),
                area=household.area,
                registered=any(person in self.registered_today for person in household.members),
            )
            cases.append(case)
            if household.sensed and household.triggers:
                rows.append(self._listed(household, old, case))
            elif old.active:
                rows.append(self._silent(household, old, case))
        rows += [self._gone(case) for case in self.cases if id(case) not in taken and case.active]
        self.cases = cases
        return sorted(rows, key=lambda row: (row.members, row.state))

    def _figures(self, household: Household) -> dict[str, Any]:
        names = ("I2", "I3", "I4", "I5", "M4", "M5", "size", "students", "dis_grade", "months_uninsured")
        return {name: household.figures[name] for name in names}

    def _listed(self, household: Household, old: Case, case: Case) -> Row:
        case.first_month = old.first_month or self.month
        case.triggers, case.causes, case.grade = household.triggers, household.causes, household.grade
        unsettled: set[str] = set()
        if household.held:
            state = "HELD"
            case.was_held = True
        else:
            state = "CONTINUING" if old.active else "RETURNED" if old.ever_active else "NEW"
            case.active = case.ever_active = True
        if household.held or (old.was_held and not old.active):
            unsettled.add("first_month")
        if case.took_in_a_listed_one:
            unsettled |= {"first_month"} if old.active else {"first_month", "state"}
        if household.area is None:
            unsettled.add("area")
        if household.figures["M5"] is not None and household.figures["M5"] < 0:
            unsettled.add("M5")
        return Row(
            month=self.month,
            members=household.members,
            area=household.area,
            state=state,
            first_month=case.first_month,
            causes=tuple(sorted(household.causes)),
            triggers=tuple(sorted(household.triggers)),
            grade=household.grade,
            suppress_code=next((code for code in SUPPRESS_ORDER if code in household.matches), None),
            labels=tuple(sorted(household.labels)),
            unsettled=frozenset(unsettled),
            **self._figures(household),
        )

    def rows_about(self, persons: Iterable[str]) -> list[str]:
        """Every feed row of these persons as it was read, for the reader of a difference."""
        wanted, lines = set(persons), []
        for feed, columns in FEEDS.items():
            ids = [code for code, column in columns.items() if column.kind == "id"]
            rows = self._rows(feed) if feed in INCREMENTS else self._snapshot(feed, self.month) if ids else []
            about = [row for row in rows if wanted & {row[code] for code in ids}]
            if feed == "social_insurance":
                lines += _insurance_lines(about)
                continue
            for row in about:
                cells = {code: _brief(value) for code, value in row.items() if value is not None}
                lines.append(f"{feed}: " + " ".join(f"{code}={text}" for code, text in cells.items()))
        return lines

    def _silent(self, household: Household, old: Case, case: Case) -> Row:
        """Active last month, nothing fires now: silent because a feed is missing, or gone."""
        missing = sorted({feed for code in old.triggers for feed in TRIGGER_FEEDS[code] if not self._has(feed)})
        untold = {code for code in old.triggers & household.untold if all(map(self._has, TRIGGER_FEEDS[code]))}
        if household.sensed and not self._has("school") and untold:  # a student, perhaps
            missing = sorted({*missing, "school"})
        common: dict[str, Any] = dict(month=self.month, first_month=old.first_month)
        open_columns = {"grade", "suppress_code", "labels"}
        if case.took_in_a_listed_one:
            open_columns.add("first_month")
        if household.sensed:
            common |= dict(members=household.members, area=household.area) | self._figures(household)
            if household.area is None:
                open_columns.add("area")
            if (household.figures["M5"] or 0) < 0:
                open_columns.add("M5")
        else:
            common |= dict(members=old.members, area=old.area)
            open_columns.add("area")
        if missing and old.stale_months < 2:
            common["members"] = household.members
            case.active = True
            case.stale_months = old.stale_months + 1
            case.triggers, case.causes, case.grade = old.triggers, old.causes, old.grade
            return Row(
                **common,
                state="STALE",
                causes=tuple(sorted(old.causes)),
                triggers=tuple(sorted(old.triggers)),
                grade=old.grade,
                reasons=tuple(f"feed-missing:{feed}" for feed in missing),
                unsettled=frozenset({"causes", "triggers", *open_columns}),
            )
        if household.moved:
            open_columns.add("reasons")
        reason = "threshold" if household.sensed else "not-sensed"
        return Row(**common, state="EXITED", reasons=(reason,), unsettled=frozenset(open_columns))

    def _gone(self, old: Case) -> Row:
        """Active last month, and no household of today is the same: blank, with the old members."""
        living = [person for person in old.members if not self._is_dead(person)]
        if not living:
            reason = "dead"
        elif old.registered and not any(person in self.home_of for person in living):
            reason = "moved"
        else:
            reason = "not-sensed"
        return Row(
            month=self.month,
            members=old.members,
            area=old.area,
            state="EXITED",
            first_month=old.first_month,
            reasons=(reason,),
            unsettled=frozenset({"area", "grade", "suppress_code", "labels"} | ({"reasons"} if living else set())),
        )


def _insurance_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Equal months that follow each other share a line."""
    spells: list[tuple[tuple, Month, Month]] = []
    for row in sorted(rows, key=lambda row: (row["aac002"], row["aae140"], row["aab001"] or "", row["month"])):
        same = (row["aac002"], row["aae140"], row["aab001"], _brief(row["aac040"]), row["paid"], row["stop_reason"])
        if spells and spells[-1][0] == same and spells[-1][2].next() == row["month"]:
            spells[-1] = (same, spells[-1][1], row["month"])
        else:
            spells.append((same, row["month"], row["month"]))
    return [
        f"social_insurance: {person} {kind} {employer} {first}…{last} base={base} paid={paid} {stop or ''}"
        for (person, kind, employer, base, paid, stop), first, last in spells
    ]


def _brief(value: Any) -> str:
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def _cost(row: dict[str, Any]) -> Fraction:
    return max(Fraction(0), row["fee_yearly"] - (row["aid_yearly"] or 0))


def _high_fee(row: dict[str, Any]) -> bool:
    return row["ownership"] == "private" and row["fee_yearly"] > 30_000
