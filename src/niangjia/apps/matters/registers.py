"""Registers: what was done of a programme, as a list that is looked up. Which fields it shows, and from and until when, its text says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import access, moving, offering, questions, reading
from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.problems import NoSuchRegister
from niangjia.apps.matters.types import OPEN, MatterState, Question, Source
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.engines.policy.pack import Pack, Register, Stage

Words = Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """One line. `starts_on`, `ends_on`: its first and last day, null = the text asks for none. `columns`: the fields shown, in words."""

    matter_id: int
    number: str
    person_id: int | None
    org_name: str
    starts_on: date | None
    ends_on: date | None
    columns: tuple[Words, ...]

    def stands_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Listed:
    """A register. `titles`: of its columns; `entries`: the latest term first; `under_way`: matters that may become entries."""

    published: Published
    titles: tuple[Words, ...]
    has_term: bool
    entries: tuple[Entry, ...]
    under_way: int


@dataclass(frozen=True)
class LookedUp:
    """A question that a register answers. `entry`: where the applicant stands today, null = nowhere; `title`, `program`: of the register."""

    question: Question
    program: str
    title: Words
    entry: Entry | None

    @property
    def text(self) -> str:
        return "yes" if self.entry else "no"


def list_registers(viewer: Viewer, *, today: date) -> list[Published]:
    """Programmes of the viewer's place that have a register."""
    area = offering.place_of(organizations.get_union(viewer.org_id))
    return [one for one in published.list_in_area(area=area, asof=today) if one.pack.register]


def has_register(viewer: Viewer, program: str, *, today: date) -> bool:
    return any(one.pack.id == program for one in list_registers(viewer, today=today))


def get_register(viewer: Viewer, program: str, *, today: date) -> Listed:
    """What stands in it in the viewer's part of the tree. Raises NotAllowed, NoSuchRegister."""
    permissions.require(viewer, "matters.view")
    seen = access.visible(viewer).filter(program=program)
    found = next((one for one in list_registers(viewer, today=today) if one.pack.id == program), None)
    if found is None or found.pack.register is None:
        raise NoSuchRegister
    register, wording = found.pack.register, published.wording()
    rows = list(_entries(found.pack, register, seen))
    rows.sort(key=lambda one: (one.org_name, one.number))
    rows.sort(key=lambda one: (one.starts_on or date.min, one.ends_on or date.max), reverse=True)
    titles = tuple(one.title for one in questions.named(register.columns, found.pack, wording))
    under_way = seen.filter(state__in=OPEN).count()
    return Listed(found, titles, bool(register.starts or register.ends), tuple(rows), under_way)


def look_up(matter: Matter, pack: Pack, stage: Stage, day: date) -> list[LookedUp]:
    """What registers say of the applicant, for the questions of a stage that leave it to them."""
    fields = {one.id: one.register for one in questions.fields_of_stage(pack, stage) if one.register}
    found = []
    for question in questions.named(fields, pack, published.wording()):
        program = fields[question.name]
        kept = published.find_published(program, area=matter.area, asof=day)
        title = kept.pack.title if kept else {"zh": program, "en": program}
        found.append(LookedUp(question, program, title, _entry_of(kept.pack, matter, day) if kept else None))
    return found


def answers_of(found: Iterable[LookedUp]) -> dict[str, tuple[str, Source]]:
    return {one.question.name: (one.text, Source.REGISTER) for one in found}


def _entry_of(pack: Pack, matter: Matter, day: date) -> Entry | None:
    """Wherever it was entered: a register is not bounded by who asks for one person in it."""
    if pack.register is None or matter.person_id is None:
        return None
    theirs = Matter.objects.filter(program=pack.id, person_id=matter.person_id)
    standing = [one for one in _entries(pack, pack.register, theirs) if one.stands_on(day)]
    return max(standing, key=lambda one: (one.ends_on or date.max, one.matter_id), default=None)


def _entries(pack: Pack, register: Register, rows: QuerySet[Matter]) -> Iterable[Entry]:
    done = list(rows.filter(state=MatterState.DONE).select_related("org").order_by("pk"))
    answers = moving.last_answers(one.pk for one in done)
    columns = questions.named(register.columns, pack, published.wording())
    for one in done:
        said = answers.get(one.pk, {})
        yield Entry(
            one.pk,
            one.number,
            one.person_id,
            one.org.name,
            _day(said, register.starts),
            _day(said, register.ends),
            tuple(reading.shown(column, said[column.name]) if column.name in said else {} for column in columns),
        )


def _day(said: Mapping[str, str], field: str) -> date | None:
    return date.fromisoformat(said[field]) if field in said else None
