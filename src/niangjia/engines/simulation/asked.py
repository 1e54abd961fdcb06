"""What a simulation is asked: everything it may know besides the lake, in one file of its own folder.

A pack travels as its text and is read again here, so that the simulation needs no database: it runs in a process of its own, which
may be killed at any time and has nothing live within reach.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from niangjia.engines import policy
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Dated, Known, Overrides, Parameter, Value, misfit
from niangjia.engines.sensing.own import OwnHistory
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

PROGRAM = "program.yaml"
LONGEST = 24


class NoSuchParameter(Refusal):
    def __init__(self, program: str, name: str) -> None:
        super().__init__(f"项目 {program} 没有参数 {name}。", f"The programme {program} has no parameter {name}.")


class UnfitChange(Refusal):
    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(f"参数 {name}：{zh}", f"Parameter {name}: {en}")


class TooManyMonths(Refusal):
    def __init__(self, months: int) -> None:
        super().__init__(
            f"一次最多模拟 {LONGEST} 个月，收到 {months}。", f"At most {LONGEST} months at a time, not {months}."
        )


@dataclass(frozen=True)
class Side:
    """
    One version of a programme. `files`: path → text of ``program.yaml`` and of the vocabulary it was written in. `overrides`: what the
    deployment filled in. `changes`: values tried out instead, parameter → value, everywhere and always. `label`: whence it is.
    `elsewhere`: prefixes of divisions that have a version of their own, where this one does not hold.
    """

    files: Mapping[str, str]
    overrides: Overrides = field(default_factory=dict)
    changes: Mapping[str, Value] = field(default_factory=dict)
    label: str = ""
    elsewhere: tuple[str, ...] = ()

    def pack(self) -> Pack:
        """
        Raises:
            PackError: the text does not hold.
            NoSuchParameter, UnfitChange: a change that fits no parameter.
        """
        return _changed(load_text(self.files), self.changes)

    @property
    def filled(self) -> Overrides:
        """The overrides that still count: a value that is tried out stands for all others of its parameter."""
        return {name: areas for name, areas in self.overrides.items() if name not in self.changes}


def _changed(pack: Pack, changes: Mapping[str, Value]) -> Pack:
    parameters = dict(pack.parameters)
    for name, value in changes.items():
        parameter = parameters.get(name)
        if parameter is None:
            raise NoSuchParameter(pack.id, name)
        if fault := misfit(parameter, value):
            raise UnfitChange(name, *fault)
        parameters[name] = replace(parameter, values=(Dated("", date(1900, 1, 1), value),))
    return replace(pack, parameters=parameters) if changes else pack


def load_text(files: Mapping[str, str]) -> Pack:
    """Raises PackError."""
    return _load(tuple(sorted(files.items())))


@lru_cache(maxsize=128)
def _load(files: tuple[tuple[str, str], ...]) -> Pack:
    vocabulary = _vocabulary(tuple(part for part in files if part[0].startswith("vocabulary/")))
    with tempfile.TemporaryDirectory(prefix="niangjia-pack-") as folder:
        _lay_out(Path(folder), files)
        return policy.load_pack(folder, vocabulary)


@lru_cache(maxsize=16)
def _vocabulary(files: tuple[tuple[str, str], ...]) -> policy.Vocabulary:
    with tempfile.TemporaryDirectory(prefix="niangjia-pack-") as folder:
        _lay_out(Path(folder), files)
        return policy.load_vocabulary(Path(folder))


def _lay_out(folder: Path, files: tuple[tuple[str, str], ...]) -> None:
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def files_of(folder: Path, programs: Path) -> dict[str, str]:
    """The text of the pack in `folder`, with the vocabulary of `programs`."""
    vocabulary = programs / "vocabulary"
    files = {PROGRAM: (folder / PROGRAM).read_text(encoding="utf-8")}
    for path in [*vocabulary.glob("units.yaml"), *sorted((vocabulary / "facts").glob("*.yaml"))]:
        files[f"vocabulary/{path.relative_to(vocabulary).as_posix()}"] = path.read_text(encoding="utf-8")
    return files


@dataclass(frozen=True)
class Pair:
    """One programme before and after; null = there is none on that side. `balance`: yuan in its fund, null = not known."""

    before: Side | None
    after: Side | None
    balance: Decimal | None = None
    balance_source: str = ""

    @property
    def sides(self) -> tuple[Side, ...]:
        return tuple(side for side in (self.before, self.after) if side is not None)


@dataclass(frozen=True)
class Request:
    """
    `months`: oldest first. `area`: prefix of the divisions whose rows count ("" = all). `own`: what the house itself knows: declared
    households and who withdrew consent. `supposes`: use what ``vocabulary/lake.yaml`` supposes; `suppositions`: fact → formula besides.
    `asked_by`: the path of the union that asked; "" = the operator.
    """

    months: tuple[Month, ...]
    area: str
    home: str
    pairs: tuple[Pair, ...]
    own: OwnHistory = OwnHistory()
    supposes: bool = False
    suppositions: Mapping[str, str] = field(default_factory=dict)
    asked_by: str = ""

    def __post_init__(self) -> None:
        if len(self.months) > LONGEST:
            raise TooManyMonths(len(self.months))

    @property
    def fingerprint(self) -> str:
        """The same question about the same lake has one folder; the lake's own state is added by whoever makes it."""
        whole = {name: value for name, value in _to_json(self).items() if name != "asked_by"}
        return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def write_request(request: Request, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(_to_json(request), ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)


def read_request(path: Path) -> Request:
    found = json.loads(path.read_text(encoding="utf-8"))
    vocabularies = found["vocabularies"]
    own = OwnHistory(
        opted_out=tuple(found["opted_out"]),
        declared_households=tuple((key, tuple(persons)) for key, persons in found["declared"]),
    )
    pairs = tuple(
        Pair(
            _side(pair["before"], vocabularies),
            _side(pair["after"], vocabularies),
            None if pair["balance"] is None else Decimal(pair["balance"]),
            pair["balance_source"],
        )
        for pair in found["pairs"]
    )
    return Request(
        tuple(Month(month) for month in found["months"]),
        found["area"],
        found["home"],
        pairs,
        own,
        found["supposes"],
        found["suppositions"],
        found["asked_by"],
    )


def _to_json(request: Request) -> dict[str, Any]:
    vocabularies: dict[str, dict[str, str]] = {}  # most packs share one
    return {
        "months": [str(month) for month in request.months],
        "area": request.area,
        "home": request.home,
        "pairs": [
            {
                "before": _side_json(pair.before, vocabularies),
                "after": _side_json(pair.after, vocabularies),
                "balance": None if pair.balance is None else str(pair.balance),
                "balance_source": pair.balance_source,
            }
            for pair in request.pairs
        ],
        "vocabularies": vocabularies,
        "opted_out": list(request.own.opted_out),
        "declared": [[key, list(persons)] for key, persons in request.own.declared_households],
        "supposes": request.supposes,
        "suppositions": dict(request.suppositions),
        "asked_by": request.asked_by,
    }


def _side_json(side: Side | None, vocabularies: dict[str, dict[str, str]]) -> dict[str, Any] | None:
    if side is None:
        return None
    vocabulary = {name: text for name, text in side.files.items() if name != PROGRAM}
    digest = hashlib.sha256(json.dumps(vocabulary, sort_keys=True).encode()).hexdigest()[:16]
    vocabularies[digest] = vocabulary
    return {
        "program": side.files[PROGRAM],
        "vocabulary": digest,
        "overrides": {
            name: {
                area: {since.isoformat(): _value_json(value) for since, value in dates.items()}
                for area, dates in areas.items()
            }
            for name, areas in side.overrides.items()
        },
        "changes": {name: _value_json(value) for name, value in side.changes.items()},
        "label": side.label,
        "elsewhere": list(side.elsewhere),
    }


def _side(found: dict[str, Any] | None, vocabularies: Mapping[str, Mapping[str, str]]) -> Side | None:
    if found is None:
        return None
    overrides = {
        name: {
            area: {date.fromisoformat(since): _value(value) for since, value in dates.items()}
            for area, dates in areas.items()
        }
        for name, areas in found["overrides"].items()
    }
    changes = {name: _value(value) for name, value in found["changes"].items()}
    files = {PROGRAM: found["program"], **vocabularies[found["vocabulary"]]}
    return Side(files, overrides, changes, found["label"], tuple(found["elsewhere"]))  # type: ignore[arg-type]


def _value_json(value: object) -> Any:
    match value:
        case Known():
            return {"known": value.on.isoformat(), "value": _value_json(value.value)}
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {"decimal": str(value)}
        case date():
            return {"date": value.isoformat()}
        case tuple() | list():
            return {"list": [_value_json(part) for part in value]}
        case _:
            raise TypeError(f"{type(value).__name__} is no parameter's value")


def _value(value: Any) -> Any:
    match value:
        case {"known": day, "value": inner}:
            return Known(_value(inner), date.fromisoformat(day))
        case {"decimal": digits}:
            return Decimal(digits)
        case {"date": day}:
            return date.fromisoformat(day)
        case {"list": parts}:
            return tuple(_value(part) for part in parts)
        case _:
            return value


def read_typed(parameter: Parameter, text: str) -> Value:
    """
    A parameter's value from what somebody typed.

    Raises:
        UnfitChange: it is not of the parameter's kind.
    """
    text = text.strip()
    try:
        match parameter.kind:
            case "money" | "number":
                value: Value = Decimal(text)
                if not Decimal(text).is_finite():
                    raise ValueError(text)
            case "integer":
                value = int(text)
            case "boolean":
                value = {"true": True, "false": False}[text.lower()]
            case "date":
                value = date.fromisoformat(text)
            case "list":
                value = tuple(part.strip() for part in text.split(",") if part.strip())
            case _:
                value = text
    except (ValueError, KeyError, ArithmeticError):
        kind = parameter.kind
        raise UnfitChange(parameter.name, f"{text} 不是 {kind}。", f"{text} is not of type {kind}.") from None
    if fault := misfit(parameter, value):
        raise UnfitChange(parameter.name, *fault)
    return value


def as_text(value: object) -> str:
    """As it would be typed."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
