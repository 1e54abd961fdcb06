"""更正: a worker says what is wrong with their data; their union accepts it with a source, or refuses it with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.registry.closeness import own_people
from niangjia.apps.registry.fields import Sealed
from niangjia.apps.registry.models import Correction, HeldValue, Person
from niangjia.apps.registry.problems import NotFound
from niangjia.apps.registry.types import (
    CorrectionCard,
    CorrectionField,
    CorrectionState,
    HeldCard,
    MemberFacts,
)
from niangjia.kernel import identity
from niangjia.kernel.problems import Refusal

HELD = {CorrectionField.NAME: "name", CorrectionField.PHONE: "phone"}
"""Fields that feeds deliver too: what was corrected stays until it is corrected again."""
_READERS: Mapping[str, tuple[Callable[[str], str | None], str, str]] = {
    CorrectionField.NAME: (
        identity.read_name,
        "姓名两至四十个字，不含数字",
        "a name has two to forty letters and no digits",
    ),
    CorrectionField.PHONE: (identity.read_mobile, "手机号是十一位数字", "a mobile number has eleven digits"),
    CorrectionField.BANK_ACCOUNT: (
        identity.read_account,
        f"银行账号是 {identity.SHORTEST_ACCOUNT} 至 {identity.LONGEST_ACCOUNT} 位数字",
        f"an account has {identity.SHORTEST_ACCOUNT} to {identity.LONGEST_ACCOUNT} digits",
    ),
}


class ValueUnfit(Refusal):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            f"填的值不合：{zh}。请改正后再提交。", f"The value does not fit: {en}. Correct it and send it again."
        )


class NoteMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明哪里不对、事实是什么。", "Say what is wrong and what is true.")


class CorrectionWaits(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这一项已有一条更正申请在办。要改内容，请先撤回那一条。",
            "A correction of this waits already. Withdraw it first to change it.",
        )


class BasisMissing(Refusal):
    def __init__(self, is_accepted: bool) -> None:
        super().__init__(
            "请写明核对的依据（看了什么材料）。" if is_accepted else "请写明不予更正的理由，本人会看到。",
            "Say what it was checked against." if is_accepted else "Give the reason; the worker reads it.",
        )


class DecidedAlready(Refusal):
    def __init__(self) -> None:
        super().__init__("这条更正申请已经办结，没有再改动。", "This correction was decided already; nothing changed.")


class OwnData(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这是您本人或家人的资料，须回避。请由另一位同事办理。",
            "This is about yourself or who lives with you. Leave it to another colleague.",
        )


@transaction.atomic
def raise_correction(
    *, viewer: Viewer, field: CorrectionField, value: str, note: str, key: uuid.UUID, now: datetime
) -> int:
    """
    A worker asks for their own data to be corrected; its id. Safe to repeat by `key`.

    Raises:
        NotAllowed, NotFound, ValueUnfit, NoteMissing, CorrectionWaits.
    """
    permissions.require(viewer, "own.view")
    person = Person.objects.select_for_update().filter(pk=viewer.person_id or 0).first()
    if person is None:
        raise NotFound
    if known := Correction.objects.filter(key=key, person=person).first():
        return known.pk
    value, note = value.strip(), note.strip()
    if field in _READERS:
        read, zh, en = _READERS[field]
        value = read(value) or ""
        if not value:
            raise ValueUnfit(zh, en)
    if not note:
        raise NoteMissing
    if Correction.objects.filter(person=person, field=field, state=CorrectionState.OPEN).exists():
        raise CorrectionWaits
    row = Correction(person=person, field=field, key=key, raised_by_id=viewer.account_id, raised_at=now)
    row.write({"value": value if field in _READERS else "", "note": note[:1000]})
    row.save()
    root = organizations.find_root()
    org_id = person.home_id or (root.id if root else 0)
    detail = {"org": org_id, "field": field.value, "person": person.pk}
    audit.record(viewer, action="registry.raise_correction", object=f"correction:{row.pk}", detail=detail, now=now)
    return row.pk


@transaction.atomic
def withdraw_correction(*, viewer: Viewer, correction_id: int, now: datetime) -> None:
    """The worker takes it back. Safe to repeat. Raises NotAllowed, NotFound, DecidedAlready."""
    permissions.require(viewer, "own.view")
    row = Correction.objects.select_for_update().filter(pk=correction_id, person_id=viewer.person_id or 0).first()
    if row is None:
        raise NotFound
    if row.state == CorrectionState.WITHDRAWN:
        return
    if row.state != CorrectionState.OPEN:
        raise DecidedAlready
    row.state, row.decided_at, row.decided_by_id = CorrectionState.WITHDRAWN, now, viewer.account_id
    row.save(update_fields=["state", "decided_at", "decided_by"])
    audit.record(viewer, action="registry.withdraw_correction", object=f"correction:{row.pk}", now=now)


@transaction.atomic
def decide_correction(*, viewer: Viewer, correction_id: int, is_accepted: bool, basis: str, now: datetime) -> None:
    """
    Accept a correction with what it was checked against, or refuse it with a reason. Accepted, the value stands in the register and no feed
    overwrites it; a bank account counts as entered by the viewer. Safe to repeat: the same again changes nothing.

    Raises:
        NotAllowed, NotFound, OwnData, BasisMissing, DecidedAlready.
    """
    row = _to_decide(viewer, correction_id)
    wanted = CorrectionState.ACCEPTED if is_accepted else CorrectionState.REFUSED
    if row.state == wanted and row.decided_by_id == viewer.account_id:
        return
    if row.state != CorrectionState.OPEN:
        raise DecidedAlready
    if not basis.strip():
        raise BasisMissing(is_accepted)
    said = row.read()
    row.write(said | {"basis": basis.strip()[:500]})
    row.state, row.decided_at, row.decided_by_id = wanted, now, viewer.account_id
    row.save(update_fields=["state", "decided_at", "decided_by", "secret"])
    if is_accepted:
        _apply(viewer, row, said["value"], now)
    detail = {"field": row.field, "person": row.person_id, "account": row.raised_by_id}
    action = "registry.accept_correction" if is_accepted else "registry.refuse_correction"
    audit.record(viewer, action=action, object=f"correction:{row.pk}", detail=detail, now=now)


def _apply(viewer: Viewer, row: Correction, value: str, now: datetime) -> None:
    field = CorrectionField(row.field)
    person = Person.objects.select_for_update().get(pk=row.person_id)
    if field is CorrectionField.BANK_ACCOUNT:
        person.write("bank_account", value)
        person.bank_account_entered_by_id = viewer.account_id
    elif column := HELD.get(field):
        person.write(column, value)
        HeldValue.objects.update_or_create(
            person=person,
            column=column,
            defaults={"correction": row, "since": now, "feed_says": None, "differs_since": None},
        )
    else:
        return
    person.updated_at = now
    person.save()


def open_correction(*, viewer: Viewer, correction_id: int, now: datetime) -> dict[str, str]:
    """What the worker wrote, opened for whoever decides; recorded, and seen by the worker. Raises NotAllowed, NotFound, OwnData."""
    with transaction.atomic():
        row = _to_decide(viewer, correction_id)
        detail = {"what": "correction", "correction": row.pk}
        audit.record(
            viewer,
            action="registry.reveal",
            object=f"person:{row.person_id}",
            detail=detail,
            reason="处理更正申请",
            now=now,
        )
    held = HeldValue.objects.filter(person_id=row.person_id, column=HELD.get(CorrectionField(row.field), "")).first()
    present = row.person.read(HELD.get(CorrectionField(row.field), row.field.lower())) if row.field in _READERS else ""
    return {"value": "", "note": "", "basis": ""} | row.read() | {"present": present, "feed_says": _feed_says(held)}


@transaction.atomic
def open_own_data(*, viewer: Viewer, now: datetime) -> dict[str, str]:
    """A worker's own data in plain, to take away; recorded. Raises NotAllowed, NotFound."""
    found = _own_data(viewer)
    audit.record(viewer, action="registry.copy", object=f"person:{viewer.person_id}", now=now)
    return found


def _own_data(viewer: Viewer) -> dict[str, str]:
    permissions.require(viewer, "own.view")
    person = Person.objects.filter(pk=viewer.person_id or 0).first()
    if person is None:
        raise NotFound
    return person.in_plain()


def _to_decide(viewer: Viewer, correction_id: int) -> Correction:
    permissions.require(viewer, "registry.correct")
    rows = (
        visible_corrections(viewer).select_related("person").select_for_update(of=("self",))
    )  # of two, the second finds it decided
    found = rows.filter(pk=correction_id).first()
    if found is None:
        raise NotFound
    if found.person_id in own_people(viewer):
        raise OwnData
    return found


def visible_corrections(viewer: Viewer) -> QuerySet[Correction]:
    """A worker's own; an officer's of their part of the tree."""
    if viewer.role is Role.WORKER:
        return Correction.objects.filter(person_id=viewer.person_id or 0)
    permissions.require(viewer, "registry.correct")
    return scope.within(Correction.objects.all(), viewer.org_path, "person__home__path")


def list_corrections(viewer: Viewer) -> list[CorrectionCard]:
    """Open ones first, then the newest. A worker reads their own words and the answer; an officer, masked, that there is one. Raises NotAllowed."""
    rows = visible_corrections(viewer).select_related("person").order_by("-raised_at", "-pk")
    is_own = viewer.role is Role.WORKER
    cards = [_card(row, said=row.read() if is_own else {}) for row in rows[:500]]
    return sorted(cards, key=lambda card: card.state is not CorrectionState.OPEN)


def list_open_corrections(viewer: Viewer) -> QuerySet[Correction]:
    return visible_corrections(viewer).filter(state=CorrectionState.OPEN)


def count_open_corrections(viewer: Viewer) -> int:
    return list_open_corrections(viewer).count()


def _card(row: Correction, *, said: Mapping[str, str]) -> CorrectionCard:
    return CorrectionCard(
        id=row.pk, person_id=row.person_id, name=identity.mask_name(row.person.read("name")), about=CorrectionField(row.field),
        state=CorrectionState(row.state), raised_at=row.raised_at, decided_at=row.decided_at, value=said.get("value", ""),
        note=said.get("note", ""), basis=said.get("basis", ""),
    )  # fmt: skip


def list_held(viewer: Viewer) -> list[HeldCard]:
    """Corrected values of the viewer's part of the tree (a worker's own) of which a feed says otherwise, or of a worker all. Raises NotAllowed."""
    rows = HeldValue.objects.select_related("person").order_by("-differs_since", "pk")
    if viewer.role is Role.WORKER:
        rows = rows.filter(person_id=viewer.person_id or 0)
    else:
        permissions.require(viewer, "registry.correct")
        rows = scope.within(rows.filter(differs_since__isnull=False), viewer.org_path, "person__home__path")
    return [
        HeldCard(
            row.person_id,
            identity.mask_name(row.person.read("name")),
            row.column,
            row.since,
            row.differs_since,
            row.correction_id,
        )
        for row in rows[:200]
    ]


def _feed_says(held: HeldValue | None) -> str:
    sealed: Sealed | None = held.feed_says if held else None  # type: ignore[assignment]
    return sealed.open(held.place) if held and sealed else ""


def keep_corrected(
    facts: Mapping[str, tuple[MemberFacts, int | None]], found: Mapping[str, Person], now: datetime
) -> dict[str, tuple[MemberFacts, int | None]]:
    """`facts` without what was corrected otherwise; what a feed says instead is kept beside it, sealed, until it agrees."""
    kept = dict(facts)
    ids = {person.pk: pseudonym for pseudonym, person in found.items() if person.pk}
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        for held in HeldValue.objects.select_related("person").filter(person__in=wanted[start : start + 500]):
            pseudonym = ids[held.person_id]
            member, org_id = kept[pseudonym]
            said = getattr(member, held.column)
            if not said:
                continue
            differs = said != found[pseudonym].read(held.column)
            if differs:
                kept[pseudonym] = (
                    replace(member, name="") if held.column == "name" else replace(member, phone=""),
                    org_id,
                )
            if differs != (held.differs_since is not None) or (differs and _feed_says(held) != said):
                held.feed_says = Sealed.of(said, held.place) if differs else None
                held.differs_since = (held.differs_since or now) if differs else None
                held.save(update_fields=["feed_says", "differs_since"])
    return kept
