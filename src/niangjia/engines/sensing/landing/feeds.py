"""What each feed is: read from ``programs/vocabulary/feeds/*.yaml`` and checked word by word."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_YEARS_BACK, _MONTHS_AHEAD = 30, 12
KINDS = ("increment", "snapshot", "reference")
TYPES = ("id", "text", "code", "money", "number", "ratio", "integer", "flag", "date", "month", "phone")
_FEED_WORDS = frozenset(
    [
        "feed",
        "title",
        "owner",
        "cadence",
        "lag",
        "kind",
        "date_column",
        "key",
        "ranges",
        "refund",
        "legal_basis",
        "columns",
    ]
)
_FEED_REQUIRED = ("feed", "title", "owner", "cadence", "kind", "legal_basis", "columns")
_COLUMN_WORDS = frozenset(
    [
        "zh",
        "aliases",
        "type",
        "required",
        "values",
        "open_values",
        "pattern",
        "minimum",
        "default",
        "unit",
        "sensitivity",
        "lake",
        "vault",
        "derive",
    ]
)
_SENSITIVITIES = ("low", "medium", "high", "highest")


class FeedDeclarationError(Refusal):
    """A declaration is wrong: the maintainer of the vocabulary corrects the named file."""

    def __init__(self, file: Path, zh: str, en: str) -> None:
        super().__init__(f"{file.name}：{zh}", f"{file.name}: {en}")


@dataclass(frozen=True)
class Column:
    """
    One column of a feed. `values` maps each stored value to its other spellings; `open_values` lets others through.
    `lake`: keep = stored in the lake, vault = sealed only (under the name `vault`), drop = checked and forgotten.
    """

    code: str
    zh: str
    type: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_values: bool = False
    pattern: str = ""
    minimum: int | None = None
    default: str = ""
    unit: str = ""
    sensitivity: str = "medium"
    lake: str = "keep"
    vault: str = ""
    derive: bool = False

    @property
    def lake_name(self) -> str:
        """The name in the lake: an ID number becomes ``person`` (``id_a`` ``person_a``)."""
        if self.type != "id":
            return self.code
        return "person" + self.code.removeprefix("id") if self.code.startswith("id_") else "person"

    @property
    def suffix(self) -> str:
        return self.lake_name.removeprefix("person") if self.type == "id" else ""


@dataclass(frozen=True)
class Feed:
    """One kind of file that an owner delivers each month."""

    name: str
    zh: str
    en: str
    owner: str
    cadence: str
    lag: str
    kind: str
    legal_basis: str
    columns: Mapping[str, Column]
    date_column: str = ""
    key: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    refund: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_increment(self) -> bool:
        return self.kind == "increment"

    def days_of(self, column: Column, month: Month) -> tuple[date, date]:
        """
        The first and the last day that a date or month column may say in a delivery of `month`. An event cannot be older than the registers,
        nor lie far after the month that was delivered; it bounds the partitions.
        """
        if column.type == "month" or column.code == self.date_column:
            return month.plus(-12 * _YEARS_BACK).first_day, month.plus(_MONTHS_AHEAD).last_day
        return date(1900, 1, 1), date.max

    @property
    def id_columns(self) -> list[Column]:
        return [column for column in self.columns.values() if column.type == "id"]

    @property
    def partition(self) -> str:
        """The name of the lake folder's key: ``month`` of the event, or ``snapshot`` = month of the folder."""
        return "month" if self.is_increment else "snapshot"


def nearest(word: str, words: object, count: int = 1) -> list[str]:
    """The known words most like `word`; empty when none is near."""
    return difflib.get_close_matches(word, [str(known) for known in words], n=count, cutoff=0.5)  # type: ignore[attr-defined]


def load_feeds(programs_folder: Path) -> dict[str, Feed]:
    """
    All declared feeds by name.

    Raises:
        FeedDeclarationError: names the file, the word and the nearest right word.
    """
    folder = Path(programs_folder) / "vocabulary" / "feeds"
    feeds = {}
    for file in sorted(folder.glob("*.yaml")):
        feed = read_feed(file)
        feeds[feed.name] = feed
    if not feeds:
        raise Refusal(
            f"{folder} 中没有数据源声明。请检查 programs 目录。",
            f"No feed is declared in {folder}. Check the programs folder.",
        )
    return feeds


def read_feed(file: Path) -> Feed:
    try:
        declared = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FeedDeclarationError(file, f"不是有效的 YAML：{error}", f"not valid YAML: {error}") from error
    if not isinstance(declared, dict):
        raise FeedDeclarationError(file, "应为键值表。", "must be a mapping.")
    _known(file, declared, _FEED_WORDS, "feed")
    for word in _FEED_REQUIRED:
        if word not in declared:
            raise FeedDeclarationError(file, f"缺少 {word}。", f"{word} is missing.")
    _one_of(file, "kind", declared["kind"], KINDS)
    if declared["feed"] != file.stem:
        raise FeedDeclarationError(file, f"feed 应为 {file.stem}。", f"feed must be {file.stem}.")
    columns = {code: _read_column(file, code, given) for code, given in declared["columns"].items()}
    for word in _referred(declared):
        if word not in columns:
            hint = "".join(nearest(word, columns))
            raise FeedDeclarationError(
                file, f"列 {word} 未声明；是否为 {hint}？", f"column {word} is not declared; {hint}?"
            )
    if (declared["kind"] == "increment") != bool(declared.get("date_column")):
        raise FeedDeclarationError(
            file,
            "增量数据（increment）须有 date_column，其他不得有。",
            "increments, and only they, have a date_column.",
        )
    _check_spellings(file, columns)
    return Feed(
        name=declared["feed"],
        zh=declared["title"]["zh"],
        en=declared["title"]["en"],
        owner=declared["owner"],
        cadence=declared["cadence"],
        lag=str(declared.get("lag", "")),
        kind=declared["kind"],
        legal_basis=declared["legal_basis"],
        columns=columns,
        date_column=declared.get("date_column", ""),
        key=tuple(declared.get("key", ())),
        ranges=tuple((start, end) for start, end in declared.get("ranges", ())),
        refund=dict(declared.get("refund", {})),
    )


def _read_column(file: Path, code: Any, given: Any) -> Column:
    if not isinstance(code, str) or not isinstance(given, dict):
        raise FeedDeclarationError(file, f"列 {code} 应为键值表。", f"column {code} must be a mapping.")
    _known(file, given, _COLUMN_WORDS, f"column {code}")
    for word in ("zh", "type", "sensitivity"):
        if word not in given:
            raise FeedDeclarationError(file, f"列 {code} 缺少 {word}。", f"column {code}: {word} is missing.")
    _one_of(file, f"{code}.type", given["type"], TYPES)
    _one_of(file, f"{code}.sensitivity", given["sensitivity"], _SENSITIVITIES)
    lake = _one_of(file, f"{code}.lake", given.get("lake", "keep"), ("keep", "vault", "drop"))
    if (lake == "vault") != bool(given.get("vault")):
        raise FeedDeclarationError(
            file, f"列 {code}：lake: vault 须写 vault 名。", f"column {code}: lake: vault needs the vault's name."
        )
    return Column(
        code=code,
        zh=given["zh"],
        type=given["type"],
        aliases=tuple(str(alias) for alias in given.get("aliases", ())),
        required=bool(given.get("required", False)),
        values={str(value): tuple(str(other) for other in others) for value, others in given.get("values", {}).items()},
        open_values=bool(given.get("open_values", False)),
        pattern=str(given.get("pattern", "")),
        minimum=given.get("minimum"),
        default=str(given.get("default", "")).lower(),
        unit=str(given.get("unit", "")),
        sensitivity=given["sensitivity"],
        lake=lake,
        vault=str(given.get("vault", "")),
        derive=bool(given.get("derive", False)),
    )


def _referred(declared: Mapping[str, Any]) -> list[str]:
    words = [*declared.get("key", ()), *declared.get("refund", {}).values()]
    words += [column for pair in declared.get("ranges", ()) for column in pair]
    return words + ([declared["date_column"]] if declared.get("date_column") else [])


def _check_spellings(file: Path, columns: Mapping[str, Column]) -> None:
    owners: dict[str, str] = {}
    for column in columns.values():
        for spelling in {column.code, column.zh, *column.aliases}:
            if owners.setdefault(spelling, column.code) != column.code:
                raise FeedDeclarationError(
                    file,
                    f"名称“{spelling}”同时属于 {owners[spelling]} 和 {column.code}。",
                    f"the name {spelling!r} belongs to both {owners[spelling]} and {column.code}.",
                )


def _known(file: Path, given: Mapping[Any, Any], words: frozenset[str], place: str) -> None:
    for word in given:
        if word not in words:
            hint = "".join(nearest(str(word), sorted(words)))
            raise FeedDeclarationError(
                file,
                f"{place} 中的 {word!r} 不认识；是否为 {hint!r}？",
                f"{place}: unknown word {word!r}; did you mean {hint!r}?",
            )


def _one_of(file: Path, place: str, value: Any, words: tuple[str, ...]) -> str:
    if value not in words:
        hint = "".join(nearest(str(value), words))
        raise FeedDeclarationError(
            file,
            f"{place} 为 {value!r}，应为 {'、'.join(words)} 之一{f'；是否为 {hint!r}？' if hint else '。'}",
            f"{place} is {value!r}; one of {', '.join(words)} is expected{f'; did you mean {hint!r}?' if hint else '.'}",
        )
    return str(value)
