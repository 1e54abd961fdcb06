"""A union says what is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places import queries as places
from niangjia.apps.volunteers.access import own_need
from niangjia.apps.volunteers.kinds import Kind, answers_to, kind_of, skills
from niangjia.apps.volunteers.lifecycle import LIVE, NeedState
from niangjia.apps.volunteers.models import Need
from niangjia.apps.volunteers.problems import Changed, NoSuchNeed, NotOpen, NotThisStage, PersonalInPublic, WrongAnswers
from niangjia.apps.volunteers.sealed import seal
from niangjia.apps.volunteers.types import NeedFacts

DAYS = tuple("1234567")
MOST_SEATS = 200


def file_need(*, viewer: Viewer, facts: NeedFacts, key: UUID, now: datetime) -> int:
    """
    File a need for a union; return its id. It is matched once who matches has published it.

    Safe to repeat: with the same `key` the one that was filed is returned.

    Raises: NotAllowed; NoSuchKind; NoSuchNeed: its union is not of the viewer's part of the tree; WrongAnswers.
    """
    permissions.require(viewer, "volunteers.manage")
    kind = kind_of(facts.kind)
    union = organizations.get_union(facts.org_id)
    if not scope.covers(viewer.org_path, union.path):
        raise NoSuchNeed(facts.title)
    columns = _columns(viewer, kind, facts, union.name, key, now)
    with transaction.atomic():
        need, is_new = Need.objects.get_or_create(
            key=key,
            defaults=columns
            | {
                "number": str(key)[:24],
                "kind": kind.id,
                "org_id": union.id,
                "stage": kind.first.id,
                "state": NeedState.OPEN,
            }
            | {"filed_by_id": viewer.account_id, "filed_at": now},
        )
        if is_new:
            Need.objects.filter(pk=need.pk).update(number=f"XQ{need.pk:07}")
            above = [one for one in organizations.list_ancestors(union.id) if one.is_active]
            detail = {"kind": kind.id, "told_org": above[-1].id if above else union.id}
            audit.record(viewer, action="volunteers.file", object=f"need:{need.pk}", detail=detail, now=now)
        return need.pk


def change_need(*, viewer: Viewer, need_id: int, facts: NeedFacts, from_step: int, now: datetime) -> None:
    """
    Say anew what is needed, as long as nobody was asked to come. Its kind and its union stay.

    Raises: NotAllowed, NoSuchNeed, NotOpen, Changed, NotThisStage, WrongAnswers.
    """
    permissions.require(viewer, "volunteers.manage")
    with transaction.atomic():
        need = own_need(viewer, need_id)
        kind = kind_of(need.kind)
        require_open(need)
        if kind.place_of(need.stage) > kind.place_of(kind.pairing.id) or need.pairs.filter(state__in=LIVE).exists():
            stage = kind.stages[need.stage]
            raise NotThisStage(stage.title["zh"], stage.title["en"])
        name = organizations.get_union(need.org_id).name
        advance(need, from_step, _columns(viewer, kind, facts, name, need.key, now))
        audit.record(viewer, action="volunteers.change", object=f"need:{need.pk}", now=now)


def require_open(need: Need) -> None:
    """Raises NotOpen."""
    if need.state != NeedState.OPEN:
        raise NotOpen(NeedState(need.state).label)


def advance(need: Need, from_step: int | None, columns: Mapping[str, object]) -> None:
    """Write the columns. `from_step` null: whoever locked it knows how it stands. Raises Changed."""
    if from_step is not None and need.step != from_step:
        raise Changed
    for name, value in {**columns, "step": need.step + 1}.items():
        setattr(need, name, value)
    need.save(update_fields=["step", *columns])


def wrong_skills(codes: tuple[str, ...]) -> bool:
    """Whether one of them is neither an occupation of the list nor a finer one below it."""
    known = skills()
    return not codes or not all(any(code == one or code.startswith(f"{one}-") for one in known) for code in codes)


def _columns(viewer: Viewer, kind: Kind, facts: NeedFacts, union: str, key: UUID, now: datetime) -> dict[str, object]:
    """As the table holds it. Raises WrongAnswers."""
    wrong = dict(_wrong(viewer, kind, facts, now))
    try:
        answers = answers_to(kind.need_form, facts.answers)
    except WrongAnswers as refusal:
        wrong |= refusal.fields
    if wrong:
        raise WrongAnswers(wrong)
    for name in ("title", "about", "firm"):
        try:
            audit.refuse_personal_data(getattr(facts, name), name)
        except audit.PersonalDataInAudit as refusal:
            raise PersonalInPublic(name) from refusal
    return {
        "title": facts.title.strip(), "about": facts.about.strip(), "field": facts.field, "area": facts.area, "firm": facts.firm.strip() or union,
        "place_id": facts.place_id, "skills": sorted(set(facts.skills)), "days": sorted(set(facts.days)), "seats": facts.seats, "due_on": facts.due_on,
        "is_open_bid": facts.is_open_bid, "bids_until": facts.bids_until if facts.is_open_bid else None, "told": dict(answers.told),
        "sealed": seal({**answers.texts, "contact": facts.contact.strip()}, f"need:{key}"),
    }  # fmt: skip


def _wrong(viewer: Viewer, kind: Kind, facts: NeedFacts, now: datetime) -> dict[str, tuple[str, str]]:
    """By field, what is wrong with it."""
    today = timezone.localdate(now)
    wrong: dict[str, tuple[str, str]] = {}
    if not facts.title.strip() or len(facts.title) > 80:
        wrong["title"] = ("请写一句话的题目，80 字以内。", "Give it a title of at most 80 characters.")
    if not facts.about.strip() or len(facts.about) > 600:
        wrong["about"] = ("请说明难题是什么，600 字以内。", "Say what the difficulty is, in at most 600 characters.")
    if len(facts.firm) > 80 or len(facts.contact) > 200:
        wrong["firm"] = ("名称或联系方式太长。请缩短。", "The name or the contact is too long. Shorten it.")
    if facts.field not in kind.fields:
        wrong["field"] = ("请选择领域。", "Choose the field.")
    if wrong_skills(facts.skills):
        wrong["skills"] = ("请选择需要的工种，至少一种。", "Choose at least one occupation that is needed.")
    if not (facts.area.isdecimal() and len(facts.area) == 6):
        wrong["area"] = ("请选择地点。", "Choose where it is.")
    if not 1 <= facts.seats <= MOST_SEATS:
        wrong["seats"] = (f"人数要在 1 至 {MOST_SEATS} 之间。", f"Between 1 and {MOST_SEATS} people.")
    if not set(facts.days) <= set(DAYS):
        wrong["days"] = ("请选择星期几。", "Choose days of the week.")
    if facts.due_on and facts.due_on < today:
        wrong["due_on"] = ("期限已过。请填今天以后的日期。", "The deadline is over. Give a day to come.")
    if facts.is_open_bid and not kind.has_bids:
        wrong["is_open_bid"] = ("这一类不接受揭榜。", "This kind takes no bids.")
    if facts.is_open_bid and (facts.bids_until is None or facts.bids_until < today):
        wrong["bids_until"] = ("揭榜要写明截止日期，今天或以后。", "Open bids need their last day, today or later.")
    if facts.place_id is not None and not (kind.station and _is_station(kind, facts.place_id, today)):
        wrong["place"] = ("没有这个工作站，或不能挂在这一类需求上。", "There is no such workstation for this kind.")
    return wrong


def _is_station(kind: Kind, place_id: int, today: date) -> bool:
    return places.list_public(kind=kind.station, on=today).filter(pk=place_id).exists()
