"""The register of helpers: by their union, or by themselves."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.registry import queries as registry
from niangjia.apps.volunteers.access import own_helper
from niangjia.apps.volunteers.actions.filing import DAYS, wrong_skills
from niangjia.apps.volunteers.kinds import Kind, answers_to, kind_of
from niangjia.apps.volunteers.lifecycle import BY_ONESELF, HELPER_MOVES, HelperState
from niangjia.apps.volunteers.models import Helper
from niangjia.apps.volunteers.problems import Changed, NeedsReason, NotPossibleNow, NoUnion, StillBusy, WrongAnswers
from niangjia.apps.volunteers.sealed import seal, unseal
from niangjia.apps.volunteers.types import HelperFacts

MOST_AT_ONCE = 50


def enrol(*, viewer: Viewer, person_id: int, facts: HelperFacts, now: datetime) -> int:
    """
    List a member of the viewer's part of the tree as a helper, or say anew what is known of them; return the id. Safe to repeat.

    Raises: NotAllowed, NoSuchKind, registry's NotFound, NoUnion; WrongAnswers; StillBusy: fewer at once than they do now.
    """
    permissions.require(viewer, "volunteers.manage")
    registry.get_person_card(viewer, person_id)
    org_id = _union_of(person_id)
    if not scope.covers(viewer.org_path, organizations.get_union(org_id).path):
        raise NoUnion
    return _list(viewer, person_id, org_id, facts, HelperState.ACTIVE, now)


def join(*, viewer: Viewer, facts: HelperFacts, now: datetime) -> int:
    """
    A worker asks to be listed; their union confirms it. Said again it is changed. Raises as `enrol`.
    """
    permissions.require(viewer, "own.view")
    person_id = viewer.person_id or 0
    return _list(viewer, person_id, _union_of(person_id), facts, HelperState.ASKED, now)


def _union_of(person_id: int) -> int:
    """Raises NoUnion."""
    found = registry.open_memberships_of([person_id]).get(person_id)
    if found is None:
        raise NoUnion
    return found.org_id


def _list(viewer: Viewer, person_id: int, org_id: int, facts: HelperFacts, state: HelperState, now: datetime) -> int:
    kind = kind_of(facts.kind)
    with transaction.atomic():
        key = uuid.uuid4()
        columns = _columns(kind, facts, organizations.get_union(org_id).area[:6])
        texts = columns.pop("texts")
        assert isinstance(texts, dict)
        first = {"key": key, "number": str(key)[:24], "org_id": org_id, "state": state, "since": now}
        helper, is_new = Helper.objects.get_or_create(
            kind=kind.id,
            person_id=person_id,
            defaults=columns | first | {"sealed": seal(texts, f"helper:{key}")},
        )
        if is_new:
            Helper.objects.filter(pk=helper.pk).update(number=f"NR{helper.pk:07}")
        else:
            helper = Helper.objects.select_for_update().get(pk=helper.pk)
            if not _write(helper, columns, texts):
                return helper.pk
        detail = {"kind": kind.id, "org": org_id, "waits": int(helper.state == HelperState.ASKED)}
        audit.record(viewer, action="volunteers.enrol", object=f"helper:{helper.pk}", detail=detail, now=now)
        return helper.pk


def change_helper(*, viewer: Viewer, helper_id: int, facts: HelperFacts, from_step: int, now: datetime) -> None:
    """Say anew what is known of a helper. Raises NotAllowed, NoSuchHelper, Changed, WrongAnswers, StillBusy."""
    with transaction.atomic():
        helper = own_helper(viewer, helper_id)
        if helper.step != from_step:
            raise Changed
        columns = _columns(kind_of(helper.kind), facts, helper.home)
        texts = columns.pop("texts")
        assert isinstance(texts, dict)
        if _write(helper, columns, texts):
            audit.record(viewer, action="volunteers.change_helper", object=f"helper:{helper.pk}", now=now)


def accept(*, viewer: Viewer, helper_id: int, now: datetime) -> None:
    """The union confirms who asked to be listed. Safe to repeat. Raises NotAllowed, NoSuchHelper, NotPossibleNow."""
    set_helper_state(viewer=viewer, helper_id=helper_id, state=HelperState.ACTIVE, now=now)


def set_helper_state(*, viewer: Viewer, helper_id: int, state: HelperState, reason: str = "", now: datetime) -> None:
    """
    Active, paused, or left; by the union, which gives a reason for all but active, or by the helper, once the union has listed them.

    Raises: NotAllowed, NoSuchHelper, NotPossibleNow, NeedsReason; StillBusy: whoever leaves has nothing in hand.
    """
    with transaction.atomic():
        helper = own_helper(viewer, helper_id)
        held = HelperState(helper.state)
        if held == state:
            return
        is_own = viewer.role is Role.WORKER
        unlisted = held in (HelperState.ASKED, HelperState.LEFT) and state is HelperState.ACTIVE
        if state not in HELPER_MOVES[held] or (is_own and (state not in BY_ONESELF or unlisted)):
            raise NotPossibleNow(held.label)
        if not is_own and state is not HelperState.ACTIVE and not reason.strip():
            raise NeedsReason
        if state is HelperState.LEFT and helper.load:
            raise StillBusy(helper.load)
        Helper.objects.filter(pk=helper.pk).update(state=state, step=F("step") + 1)
        audit.record(
            viewer, action="volunteers.helper_state", object=f"helper:{helper.pk}", detail={"to": state.value}, reason=reason.strip()[:300], now=now
        )  # fmt: skip


def _write(helper: Helper, columns: dict[str, object], texts: dict[str, str]) -> bool:
    """Whether anything changed. A contact that is not said stays. Raises StillBusy."""
    capacity = columns["capacity"]
    assert isinstance(capacity, int)
    if capacity < helper.load:
        raise StillBusy(helper.load)
    place = f"helper:{helper.key}"
    held = unseal(helper.sealed, place)
    said = {**held, **{name: text for name, text in texts.items() if text}}
    if said == held and all(getattr(helper, name) == value for name, value in columns.items()):
        return False
    for name, value in {**columns, "sealed": seal(said, place), "step": helper.step + 1}.items():
        setattr(helper, name, value)
    helper.save(update_fields=[*columns, "sealed", "step"])
    return True


def _columns(kind: Kind, facts: HelperFacts, home: str) -> dict[str, object]:
    """As the table holds it, and `texts` that are to be sealed. Raises WrongAnswers."""
    wrong: dict[str, tuple[str, str]] = {}
    capacity = kind.capacity if facts.capacity is None else facts.capacity
    if wrong_skills(facts.skills):
        wrong["skills"] = ("请选择会的工种，至少一种。", "Choose at least one occupation.")
    if not set(facts.days) <= set(DAYS):
        wrong["days"] = ("请选择星期几。", "Choose days of the week.")
    if not all(one.isdecimal() and len(one) in (2, 4, 6) for one in facts.areas):
        wrong["areas"] = ("请选择能去的地方。", "Choose where they go.")
    if not 1 <= capacity <= MOST_AT_ONCE:
        wrong["capacity"] = (f"同时能接的要在 1 至 {MOST_AT_ONCE} 之间。", f"Between 1 and {MOST_AT_ONCE} at once.")
    if facts.home and not (facts.home.isdecimal() and len(facts.home) == 6):
        wrong["home"] = ("请选择所在的县（市、区）。", "Choose the county they live in.")
    if len(facts.team) > 40 or len(facts.contact) > 200:
        wrong["team"] = ("队伍名称或联系方式太长。请缩短。", "The team or the contact is too long. Shorten it.")
    try:
        answers = answers_to(kind.helper_form, facts.answers)
    except WrongAnswers as refusal:
        wrong |= refusal.fields
    if wrong:
        raise WrongAnswers(wrong)
    return {
        "home": facts.home or home, "team": facts.team.strip(), "skills": sorted(set(facts.skills)), "areas": sorted(set(facts.areas)), "days": sorted(set(facts.days)),
        "told": dict(answers.told), "capacity": capacity, "texts": {**answers.texts, "contact": facts.contact.strip()},
    }  # fmt: skip
