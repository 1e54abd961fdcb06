"""``programs/vocabulary/helping.yaml``: the kinds of helping, what each asks, and its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

import yaml

from niangjia.apps.volunteers.problems import NoSuchKind, WrongAnswers
from niangjia.kernel.deployment import programs_folder

Title = Mapping[str, str]
LONGEST = 1_000
MOST = 10_000_000


class FieldType(StrEnum):
    TEXT = "text"
    COUNT = "count"
    DATE = "date"
    CHOICE = "choice"


class Takes(StrEnum):
    PAIRS = "pairs"
    VISITS = "visits"


class Asks(StrEnum):
    """What must be there before a stage is left."""

    PAIR = "pair"
    VISIT = "visit"
    RATINGS = "ratings"


@dataclass(frozen=True)
class Field:
    """`options` of a choice, by code. What is typed into a text is sealed."""

    id: str
    title: Title
    type: FieldType
    is_needed: bool
    options: Mapping[str, Title]


@dataclass(frozen=True)
class Stage:
    """`is_desk`: it is left by who matches, else by the union that needs somebody. `takes` and `asks` null = neither."""

    id: str
    title: Title
    is_desk: bool
    takes: Takes | None
    asks: Asks | None
    form: Mapping[str, Field]


@dataclass(frozen=True)
class Kind:
    """`station`: the kind of places (`places.yaml`) that needs of it may belong to; empty = none. `capacity`: what a helper takes on unless told."""

    id: str
    title: Title
    need: Title
    helper: Title
    has_bids: bool
    station: str
    capacity: int
    fields: Mapping[str, Title]
    need_form: Mapping[str, Field]
    helper_form: Mapping[str, Field]
    stages: Mapping[str, Stage]

    @property
    def first(self) -> Stage:
        return next(iter(self.stages.values()))

    @property
    def pairing(self) -> Stage:
        return next(stage for stage in self.stages.values() if stage.takes is Takes.PAIRS)

    def logs_at(self, stage: str) -> bool:
        """From the stage of visits to the end: what was logged wrongly can still be put right before the figures stand."""
        visits = next(one for one in self.stages.values() if one.takes is Takes.VISITS)
        return self.place_of(stage) >= self.place_of(visits.id)

    def place_of(self, stage: str) -> int:
        """From 0."""
        return list(self.stages).index(stage)

    def after(self, stage: str) -> Stage | None:
        """None: it is the last."""
        later = list(self.stages.values())[self.place_of(stage) + 1 :]
        return later[0] if later else None


@dataclass(frozen=True)
class Answers:
    """`told` as the table holds it; `texts` are sealed."""

    told: Mapping[str, str | int]
    texts: Mapping[str, str]


@lru_cache(maxsize=1)
def _read() -> Mapping[str, Any]:
    given: Mapping[str, Any] = yaml.safe_load(
        (programs_folder() / "vocabulary" / "helping.yaml").read_text(encoding="utf-8")
    )
    return given


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    return {name: _kind(name, one) for name, one in _read()["kinds"].items()}


@lru_cache(maxsize=1)
def skills() -> Mapping[str, Title]:
    """The occupations that pages offer, by code; a finer code below one of them is taken as well."""
    found: Mapping[str, Title] = _read()["skills"]
    return found


def kind_of(name: str) -> Kind:
    """Raises NoSuchKind."""
    if name not in kinds():
        raise NoSuchKind(name, list(kinds()))
    return kinds()[name]


def answers_to(form: Mapping[str, Field], given: Mapping[str, str]) -> Answers:
    """What was typed into a form of a kind. Raises WrongAnswers: with each field's own words."""
    told: dict[str, str | int] = {}
    texts: dict[str, str] = {}
    wrong: dict[str, tuple[str, str]] = {}
    for name, field in form.items():
        said = given.get(name, "").strip()
        if not said:
            if field.is_needed:
                wrong[name] = (f"请填写“{field.title['zh']}”。", f"Fill in “{field.title['en']}”.")
            continue
        try:
            value = _value(field, said)
        except ValueError:
            wrong[name] = (
                f"“{field.title['zh']}”读不懂，请改正。",
                f"“{field.title['en']}” cannot be read; correct it.",
            )
            continue
        if isinstance(value, str) and field.type is FieldType.TEXT:
            texts[name] = value
        else:
            told[name] = value
    if wrong:
        raise WrongAnswers(wrong)
    return Answers(told, texts)


def _value(field: Field, said: str) -> str | int:
    """Raises ValueError."""
    if field.type is FieldType.TEXT:
        if len(said) > LONGEST:
            raise ValueError
        return said
    if field.type is FieldType.DATE:
        return date.fromisoformat(said).isoformat()
    if field.type is FieldType.COUNT:
        count = int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else MOST + 1
        if count > MOST:
            raise ValueError
        return count
    if said not in field.options:
        raise ValueError
    return said


def _kind(name: str, given: Mapping[str, Any]) -> Kind:
    stages = {id: _stage(id, one) for id, one in given["stages"].items()}
    ordered = list(stages.values())
    assert [one.takes for one in ordered if one.takes] == [Takes.PAIRS, Takes.VISITS], f"{name}: pairs, then visits"
    assert ordered[0].takes is None and ordered[-1].asks is Asks.RATINGS, f"{name}: begins open, ends with ratings"
    return Kind(
        id=name, title=_title(given["title"]), need=_title(given["need"]), helper=_title(given["helper"]), has_bids=given.get("has_bids", False),
        station=given.get("station", ""), capacity=given["capacity"], fields={id: _title(one) for id, one in given["fields"].items()},
        need_form=_form(given.get("need_form", {})), helper_form=_form(given.get("helper_form", {})), stages=stages,
    )  # fmt: skip


def _stage(id: str, given: Mapping[str, Any]) -> Stage:
    takes, asks = given.get("takes"), given.get("needs")
    return Stage(
        id, _title(given), given["by"] == "desk", Takes(takes) if takes else None, Asks(asks) if asks else None, _form(given.get("form", {}))
    )  # fmt: skip


def _form(given: Mapping[str, Any]) -> dict[str, Field]:
    return {
        id: Field(
            id, _title(one), FieldType(one["type"]), one.get("is_needed", False), {code: _title(word) for code, word in one.get("options", {}).items()}
        )
        for id, one in given.items()
    }  # fmt: skip


def _title(given: Mapping[str, Any]) -> Title:
    return {"zh": given["zh"], "en": given["en"]}
