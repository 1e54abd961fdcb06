"""What the page of one place is made of: its next steps as forms, its measures by month, the field of its photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.places import queries
from niangjia.apps.places.lifecycle import LOOKS, Step
from niangjia.apps.places.types import MeasureRow, PlaceCard, ProjectCard
from niangjia.apps.programs import queries as programs
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.marks import bracketed
from niangjia.portals.design.tags import say
from niangjia.portals.design.uploads import UploadField
from niangjia.portals.services.places.shown import figure, pieces_of, unit_in_words

MEND_DAYS, MOST_PHOTOS, MONTHS = 30, 6, 12
_QUIET = (Step.RAISE, Step.LOWER, Step.SUSPEND, Step.HAND_OVER, Step.REFUSE, Step.CLOSE)
"""Steps that are not what comes next on a usual day: at the end."""


@dataclass(frozen=True)
class Door:
    """
    One step that may be taken. `checks`: what has to be looked for, by name and in words; `levels` to choose from; `unions` to hand over to.
    `mend_by`: the day that is proposed; empty = the step asks for none. `is_open`: it is what comes next.
    """

    step: Step
    title: object
    hint: object
    needs_reason: bool
    checks: Sequence[tuple[str, str]]
    levels: Sequence[tuple[str, object]]
    unions: Sequence[tuple[int, str]]
    mend_by: str
    asks_valid_until: bool
    is_open: bool

    @property
    def address(self) -> str:
        return self.step.value.lower().replace("_", "-")


def doors_for(viewer: Viewer, card: PlaceCard) -> list[Door]:
    """In the order of a usual day; the first is open."""
    steps = queries.steps_for(viewer, card)
    if card.mend_by is not None and Step.MEND in steps:
        steps.insert(0, steps.pop(steps.index(Step.MEND)))
    steps.sort(key=lambda step: _QUIET.index(step) + 1 if step in _QUIET else 0)
    doors = [_door(viewer, card, step, is_open=not place and step not in _QUIET) for place, step in enumerate(steps)]
    return [door for door in doors if door.step is not Step.HAND_OVER or door.unions]


def _door(viewer: Viewer, card: PlaceCard, step: Step, *, is_open: bool) -> Door:
    kind = queries.kind_of(card.kind)
    is_first = card.state == "APPLIED" and step in (Step.ANNOUNCE, Step.LIST)
    levels = queries.levels_for(viewer, card, step) if step in (Step.RAISE, Step.LOWER) else []
    unions = organizations.list_children(viewer.org_id) if step is Step.HAND_OVER else []
    due = timezone.localdate() + timedelta(days=MEND_DAYS)
    return Door(
        step=step,
        title=words.word("place_step", step.value)[0],
        hint=words.WORDS["place_step_hint"].get(step.value, ("", ""))[0],
        needs_reason=kind.steps[step].needs_reason,
        checks=list(pieces_of(kind).items()) if step in LOOKS or (is_first and kind.needs_checks) else [],
        levels=[(one, words.word("place_level", one)[0]) for one in levels],
        unions=[(one.id, one.name) for one in unions if one.is_active and one.id != card.org_id],
        mend_by=f"{due:%Y-%m-%d}" if step in LOOKS and kind.asked else "",
        asks_valid_until=step in (Step.LIST, Step.INSPECT) and not (kind.is_of_household or kind.valid_until),
        is_open=is_open,
    )


# --- what it runs with partners ---


@dataclass(frozen=True)
class ProjectLine:
    """A project, or with `card` null the form of a new one. `asked`: name, label, type and answer; `gates`: name, label and whether it was found, null = nobody looked."""

    card: ProjectCard | None
    asked: Sequence[tuple[str, str, str, object]]
    gates: Sequence[tuple[str, str, bool | None]]


def projects_of(viewer: Viewer, card: PlaceCard, kind: queries.Kind, today: date) -> list[ProjectLine]:
    """Those of the place, and the form of a new one at the end; nothing where its kind has none."""
    if kind.projects is None:
        return []
    details, checks = kind.projects.details, kind.projects.checks
    return [
        ProjectLine(
            one,
            [(name, say(dict(asked.title)), asked.type, one.facts.details.get(name, "") if one else "") for name, asked in details.items()],
            [(name, say(dict(check.title)), one.findings.get(name) if one else None) for name, check in checks.items()],
        )
        for one in (*queries.list_projects(viewer, card.id, today=today), None)
    ]  # fmt: skip


def may_check(viewer: Viewer, card: PlaceCard) -> bool:
    """Whether the viewer's union is the one that checks: above whoever keeps the place."""
    return Step.INSPECT in queries.steps_for(viewer, card)


# --- what it was used and brought in ---


@dataclass(frozen=True)
class Series:
    """
    One measure as a column: its title with the unit, and its colour in the chart of that unit. `most`: the points it may have, empty = no
    end; `is_sum`: it is worked out from the others.
    """

    id: str
    title: str
    unit: str
    colour: str
    most: str = ""
    is_sum: bool = False


@dataclass(frozen=True)
class Cell:
    """Under the column `label`; `text` as it is read, `value` for the chart; null = nobody told. `was`: what it said before it was corrected."""

    label: str
    value: Decimal | None
    text: str
    was: str = ""

    @property
    def plain(self) -> str:
        """As a chart reads it."""
        return f"{self.value:f}"


@dataclass(frozen=True)
class MonthLine:
    month: date
    cells: Sequence[Cell]


_COLOURS = ("after", "less", "more", "before")


def series_of(kind: queries.Kind, *, is_yearly: bool = False) -> list[Series]:
    measures = [one for one in kind.measures.values() if one.is_yearly is is_yearly]
    used: dict[str, int] = {}
    found = []
    for one in measures:
        colour = _COLOURS[used.get(one.unit, 0) % len(_COLOURS)]
        used[one.unit] = used.get(one.unit, 0) + 1
        title = f"{say(dict(one.title))}{bracketed(unit_in_words(one.unit))}"
        found.append(Series(one.id, title, one.unit, colour, _most(one.most), bool(one.sum_of)))
    return found


def _most(most: Decimal | None) -> str:
    return "" if most is None else f"{most.normalize():f}"


def units_of(series: Sequence[Series]) -> list[str]:
    """A chart each: people and yuan are not drawn on one scale."""
    return list(dict.fromkeys(one.unit for one in series))


def months_of(rows: Sequence[MeasureRow], kind: queries.Kind) -> list[MonthLine]:
    """The latest twelve months that anything was told of, oldest first."""
    told = {(row.month, row.measure): row for row in rows}
    monthly = series_of(kind)
    months = sorted({row.month for row in rows if not kind.measures[row.measure].is_yearly})[-MONTHS:]
    return [MonthLine(month, [_cell(told.get((month, one.id)), one) for one in monthly]) for month in months]


def years_of(rows: Sequence[MeasureRow], kind: queries.Kind) -> list[tuple[int, Cell]]:
    """Yearly measures, newest year first, in the order of the kind: year and figure."""
    yearly = {one.id: one for one in series_of(kind, is_yearly=True)}
    order = list(yearly)
    told = sorted((row for row in rows if row.measure in yearly), key=lambda row: (-row.month.year, order.index(row.measure)))  # fmt: skip
    return [(row.month.year, _cell(row, yearly[row.measure])) for row in told]


def sum_cell(value: Decimal | None, one: Series) -> Cell:
    return Cell(one.title, value, figure(value, one.unit))


def _cell(row: MeasureRow | None, one: Series) -> Cell:
    if row is None:
        return Cell(one.title, None, "—")
    return Cell(
        one.title, row.value, figure(row.value, one.unit), figure(row.was, one.unit) if row.was is not None else ""
    )


_TILTS = (("is_mountain_county", gettext_lazy("山区（山区海岛）县")), ("is_island_county", gettext_lazy("海岛县")))


def tilts_of(card: PlaceCard, kind: queries.Kind) -> list[object]:
    """The classes of its county today to which resources are tilted; nothing where the list of counties is not installed."""
    if not kind.is_tilted:
        return []
    asof = timezone.localdate()
    try:
        return [
            label for name, label in _TILTS if programs.get_parameter("county-tilt", name, area=card.area, asof=asof)
        ]
    except Refusal:
        return []


def photo_field(card: PlaceCard) -> UploadField:
    kept = [(one, reverse("places:desk_photo", args=[card.id, one.key])) for one in queries.list_photos(card.id)]
    return UploadField(
        "photos",
        _("照片"),
        _("外观、设施各拍几张，最多 6 张；拍摄地点会自动去掉，请不要拍到人脸。"),
        files=kept,
        send_to=reverse("places:photos", args=[card.id]),
        most=MOST_PHOTOS,
        only_photos=True,
    )
