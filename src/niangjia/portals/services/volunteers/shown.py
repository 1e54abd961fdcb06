"""What the pages of helping share: the kind that is looked at, places to choose from, and the stages as a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.organizations import areas
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import queries as places
from niangjia.apps.volunteers import queries
from niangjia.apps.volunteers.queries import Field, Kind, Stage
from niangjia.apps.volunteers.types import NeedCard, NeedState, StepRow
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.services.volunteers.forms import DAYS

PROVINCE = "33"


def kind_of(request: PageRequest) -> Kind:
    """The kind that the address names; the first of them if it names none that there is."""
    known = queries.kinds()
    return known.get(request.GET.get("kind", ""), next(iter(known.values())))


def counties(home: str) -> list[tuple[str, str]]:
    """All counties, those of the division `home` first: needs may lie anywhere, an island county too."""
    found = areas.counties_of(PROVINCE)
    near = {code for code, _name, _city in areas.counties_of(home)}
    return [(code, f"{city}{name}") for code, name, city in sorted(found, key=lambda one: (one[0] not in near, one[0]))]


def home_of(org_id: int) -> str:
    return organizations.get_union(org_id).area[:6]


def reach(held: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Where somebody goes: each city as a whole, and the finer divisions that are said already."""
    cities = sorted({code[:4]: city for code, _name, city in areas.counties_of(PROVINCE)}.items())
    return [*cities, *((one, areas.full_name_of(one)) for one in held if len(one) != 4)]


def stations(kind: Kind) -> list[tuple[int, str]]:
    return (
        [(one.pk, one.name) for one in places.list_public(kind=kind.station, on=timezone.localdate())[:200]]
        if kind.station
        else []
    )


def station_name(kind: Kind, place_id: int | None) -> str:
    """Empty: it belongs to none, or to one that is not listed any more."""
    rows = (
        places.list_public(kind=kind.station, on=timezone.localdate()).filter(pk=place_id)
        if kind.station and place_id
        else []
    )
    return next((one.name for one in rows), "")


@dataclass(frozen=True)
class StageLine:
    """One stage of a need: `is_done`, `is_now`; `step` what was said when it was left for the last time."""

    stage: Stage
    is_done: bool
    is_now: bool
    step: StepRow | None


def stage_lines(kind: Kind, need: NeedCard, steps: Iterable[StepRow]) -> list[StageLine]:
    last = {step.stage: step for step in steps}
    at = kind.place_of(need.stage)
    lines = []
    for place, stage in enumerate(kind.stages.values()):
        is_done = place < at or need.state is NeedState.DONE
        is_now = place == at and need.state is NeedState.OPEN
        lines.append(StageLine(stage, is_done, is_now, last.get(stage.id) if is_done or not is_now else None))
    return lines


def said(stage: Stage, step: StepRow) -> list[tuple[dict[str, str], dict[str, str]]]:
    """What was said when a stage was left."""
    return answers(stage.form, {**step.told, **step.texts})


def answers(form: Mapping[str, Field], given: Mapping[str, Any]) -> list[tuple[dict[str, str], dict[str, str]]]:
    """The field's title, and the answer, in words where it is a choice."""
    found = []
    for name, one in form.items():
        if name in given:
            value = given[name]
            in_words = dict(one.options[value]) if value in one.options else {"zh": str(value), "en": str(value)}
            found.append((dict(one.title), in_words))
    return found


def year_of(request: PageRequest, today: date) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and 2000 <= int(asked) <= today.year else today.year


def share_words(points: Mapping[str, int]) -> list[tuple[str, int]]:
    """Why a pair fits: each part in words with its points, as the engine counted them."""
    named = {"skill": _("工种"), "near": _("远近"), "liked": _("以往评价"), "load": _("手上的事")}
    return [(named[name], points[name]) for name in named if points.get(name)]


def day_words() -> dict[str, object]:
    return dict(DAYS)


def why_words(why: str) -> str:
    """Why a seat stays empty, as the engine found it."""
    named = {
        queries.Why.SKILL: _("没有会这个工种的人"), queries.Why.AREA: _("会的人不去这里"), queries.Why.DAYS: _("这几天没有空的人"),
        queries.Why.TAKEN: _("合适的人都排满了"),
    }  # fmt: skip
    return named[queries.Why(why)]
