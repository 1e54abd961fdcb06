"""Matters that a union begins, and applications that somebody fills in for a worker, who confirms them or has signed them on paper."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.files import actions as files
from niangjia.apps.matters import access, evidence, moving, offering, opening
from niangjia.apps.matters.cards import matter_card
from niangjia.apps.matters.lifecycle import flow_of, role_of
from niangjia.apps.matters.models import Draft, Matter, Paper
from niangjia.apps.matters.problems import NobodyChosen, NotFilledForThem, OwnMatter, PaperMissing
from niangjia.apps.matters.types import MatterCard, PaperState, Source, Step
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.registry import queries as registry

SIGNED_PAPER = "signed-declaration"
"""The code under which the paper that a worker signed is kept."""

Typed = Mapping[str, str | Sequence[str]]


def open_by_union(
    *, viewer: Viewer, program: str, answers: Typed, key: uuid.UUID, now: datetime, person_id: int | None = None
) -> MatterCard:
    """
    The union whose first stage it is begins a matter, with that stage filled in. `person_id`: whom it is about, where it is about
    somebody of the register. Safe to repeat with the same `key`.

    Raises:
        NotAllowed, NotByApplication, NotForThisPost, NobodyChosen, OwnMatter, AlreadyOpen.
        Unreadable, StillOpen: of the stage's own fields.
    """
    one = offering.get_openable(viewer, program, today=moving.today_of(now))
    if (known := _known(viewer, key)) is not None:
        return matter_card(known)
    if offering.is_about_people(one.pack) and (person_id is None or not _sees(viewer, person_id)):
        raise NobodyChosen
    start = opening.Beginning(
        key=key,
        program=program,
        pack=one.pack,
        version_id=one.card.id,
        union=organizations.get_union(viewer.org_id),
        person_id=person_id if offering.is_about_people(one.pack) else None,
        answers=opening.read_all(one.pack, answers, Source.OFFICER, now),
        papers={},
    )
    return _begin(viewer, start, now)


def fill_for(
    *, viewer: Viewer, person_id: int, program: str, answers: Typed, key: uuid.UUID, now: datetime, words: str = ""
) -> MatterCard:
    """
    Fill in an application for a worker: an officer who sees them, or who lives with them. It waits until the worker confirms it, signed
    in, or an officer attests a paper that they signed. `words`: what the worker reads with it. Safe to repeat with the same `key`.

    Raises:
        NotAllowed, NobodyChosen, OwnMatter, NoUnionHere, NotByApplication, AlreadyOpen. Unreadable, StillOpen.
    """
    is_family = viewer.role is Role.WORKER
    permissions.require(viewer, "own.view" if is_family else "matters.handle")
    if (known := _known(viewer, key)) is not None:
        return matter_card(known)
    if not (_lives_with(viewer, person_id) if is_family else _sees(viewer, person_id)):
        raise NobodyChosen
    union = offering.union_of_person(person_id, or_else=viewer.org_id)
    one = offering.get_offered(program, area=offering.place_of(union), today=moving.today_of(now))
    if role_of(flow_of(one.pack).first) is not Role.WORKER:
        raise NobodyChosen
    start = opening.Beginning(
        key=key,
        program=program,
        pack=one.pack,
        version_id=one.card.id,
        union=union,
        person_id=person_id,
        answers=opening.read_all(one.pack, answers, Source.HELPER, now),
        papers={},
        waits=True,
        reason=words.strip()[:1000],
    )
    return _begin(viewer, start, now)


def attest(*, viewer: Viewer, matter_id: int, content: bytes | None, step: int, now: datetime) -> MatterCard:
    """
    Hand in for a worker what was filled in for them, on a photo of the paper that they signed. By an officer of the union where it lies.
    Safe to repeat.

    Raises:
        NotAllowed, NotFound, OwnMatter, NotFilledForThem, PaperMissing, SomeoneWasFirst. files' FileRefused.
    """
    permissions.require(viewer, "matters.handle")
    with transaction.atomic():
        matter = moving.find(viewer, matter_id)
        if moving.was_done(matter, viewer, step, Step.ATTEST):
            return matter_card(matter)
        access.refuse_own(viewer, matter)
        if not opening.may_attest(viewer, matter):
            raise NotFilledForThem
        if not content:
            raise PaperMissing
        files.keep_file(
            viewer=viewer,
            owner=evidence.owner_of(matter),
            part=evidence.part_of(SIGNED_PAPER),
            content=content,
            now=now,
        )
        Paper.objects.create(
            matter=matter, code=SIGNED_PAPER, state=PaperState.FILE, account_id=viewer.account_id, at=now
        )
        flow, today = moving.flow_for(matter), moving.today_of(now)
        outcome = flow.forward(flow.first)
        changes = opening.onward(matter, flow, flow.stage(flow.first.outcomes[outcome]), today)
        changes["handed_in_on"] = today
        moving.make(viewer, matter, Step.ATTEST, now, seen=step, outcome=outcome, changes=changes)
        Draft.objects.filter(matter=matter).delete()
    return matter_card(matter)


def _begin(viewer: Viewer, start: opening.Beginning, now: datetime) -> MatterCard:
    if (
        start.person_id is not None
        and viewer.role is not Role.WORKER
        and start.person_id in registry.own_people(viewer)
    ):
        raise OwnMatter
    try:
        with transaction.atomic():
            return matter_card(opening.begin(viewer, start, now))
    except IntegrityError:  # the same was begun at this moment
        known = _known(viewer, start.key)
        if known is None:
            raise
        return matter_card(known)


def _known(viewer: Viewer, key: uuid.UUID) -> Matter | None:
    return Matter.objects.filter(key=key, handed_in_by_id=viewer.account_id).first()


def _sees(viewer: Viewer, person_id: int) -> bool:
    return registry.visible_persons(viewer).filter(pk=person_id).exists()


def _lives_with(viewer: Viewer, person_id: int) -> bool:
    own = viewer.person_id
    return own is not None and own != person_id and person_id in registry.housemates_of([own]).get(own, frozenset())
