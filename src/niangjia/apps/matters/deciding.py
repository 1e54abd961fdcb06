"""What the rules say of a matter, from the answers as they stand: looked at while officers work, kept when it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.matters import access, moving, questions
from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.problems import NoPayee
from niangjia.apps.organizations.types import Level
from niangjia.apps.programs import actions as programs_actions
from niangjia.apps.programs import published
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.deciding import Answer as Said
from niangjia.apps.programs.types import DecisionCard, Line, Subject, SubjectKind
from niangjia.engines.policy.pack import Pack
from niangjia.kernel.problems import Refusal

_OF_REGISTER = {SubjectKind.PERSON: "person_id", SubjectKind.HOUSEHOLD: "household_id"}


class NoHousehold(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个项目按家庭计，系统中还没有申请人的家庭。请先登记家庭成员。",
            "The programme is about a household, and the applicant's is not known yet. Register it first.",
        )


def subjects_of(matter: Matter) -> dict[SubjectKind, int]:
    """Whose caps it counts under: the applicant and the household where they live."""
    found = {SubjectKind.PERSON: matter.person_id, SubjectKind.HOUSEHOLD: matter.household_id}
    return {kind: number for kind, number in found.items() if number is not None}


def subject_of(matter: Matter, pack: Pack) -> Subject:
    """
    Whom it is about: the applicant or the household; of a programme about a loan, an enrolment or a trip, the matter itself is that.

    Raises:
        NoHousehold. NoPayee: it is about nobody of the register.
    """
    kind = SubjectKind(pack.unit.upper())
    number = getattr(matter, _OF_REGISTER[kind]) if kind in _OF_REGISTER else matter.pk
    if number is None:
        raise NoHousehold if matter.person_id is not None else NoPayee
    return Subject(kind, number)


def facts_of(matter: Matter, pack: Pack, extra: Mapping[str, str] | None = None) -> dict[str, object]:
    """
    The answers as facts, what is the same for everybody there, and the day of handing in. An answer that no longer reads is not known.

    `extra`: answers that were typed and are not kept yet.
    """
    texts = {name: rows[-1].text for name, rows in moving.answers_of(matter).items()} | dict(extra or {})
    found: dict[str, object] = dict(published.known_of_area(area=matter.area, asof=matter.handed_in_on))
    found |= dict.fromkeys(moving.of_today(), matter.handed_in_on)
    return found | questions.facts_in(texts, pack, published.wording())


def event_of(matter: Matter) -> str:
    """For caps by event: the mark of what happened, or the matter itself where the form names no day of it."""
    return matter.event or f"matter:{matter.pk}"


def preview(matter: Matter, pack: Pack, now: datetime, extra: Mapping[str, str] | None = None) -> Said:
    """
    What the rules would say today. Raises NoPackHere, MissingParameter, NoHousehold, what a cap refuses.
    """
    subject_of(matter, pack)
    return programs.preview(
        matter.program,
        area=matter.area,
        asof=matter.handed_in_on,
        facts=facts_of(matter, pack, extra),
        used=_used(matter, now),
    )


def approvals_of(said: Said, pack: Pack, desk: Level) -> list[Line]:
    """Whom the rules ask for besides: unions above the desk that decides, each with its sentence and clause."""
    found = []
    for one in pack.approvals:
        if one.id in said.needs_approval and access.is_above(one.level, desk):
            plain = Line(one.id, "YES", one.clause, one.say["zh"], one.say["en"])
            found.append(next((line for line in said.trace if (line.id, line.clause) == (one.id, one.clause)), plain))
    return found


def decide(viewer: Viewer, matter: Matter, pack: Pack, now: datetime) -> DecisionCard:
    """Kept for good, as of the day of handing in, with the texts and values as they are known today. Raises as `preview`."""
    return programs_actions.decide(
        viewer=viewer,
        program=matter.program,
        subject=subject_of(matter, pack),
        area=matter.area,
        asof=matter.handed_in_on,
        facts=facts_of(matter, pack),
        used=_used(matter, now),
        within=subjects_of(matter) | {subject_of(matter, pack).kind: subject_of(matter, pack).id},
        event=event_of(matter),
        matter=f"matter:{matter.pk}",
        now=now,
    )


def _used(matter: Matter, now: datetime) -> dict[str, object]:
    subjects = subjects_of(matter)
    subject = subject_of(matter, moving.pack_of(matter))
    return programs.used_of(
        matter.program,
        area=matter.area,
        asof=matter.handed_in_on,
        subjects=subjects | {subject.kind: subject.id},
        day=moving.today_of(now),
        event=event_of(matter),
    )
