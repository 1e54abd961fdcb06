"""Entering a contest, by a worker or by a union that nominates; with recordings and papers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.contests import access, moving, sealed
from niangjia.apps.contests.lifecycle import ContestState, EntryState, Step
from niangjia.apps.contests.models import Contest, Entry, Juror, Round
from niangjia.apps.contests.packs import FILES, FileRule, Pack
from niangjia.apps.contests.problems import (
    CallClosed,
    EnteredAlready,
    NotForYou,
    NotFound,
    NotPossibleNow,
    NotReady,
    NotThisWay,
)
from niangjia.apps.contests.types import Subject
from niangjia.apps.files import actions as files
from niangjia.apps.files import queries as file_queries
from niangjia.apps.files.types import FileCard, FileContent
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.places import queries as places
from niangjia.apps.registry import queries as registry

GONE = (EntryState.REFUSED, EntryState.WITHDRAWN, EntryState.STRUCK)


def start_entry(
    *, viewer: Viewer, contest_id: int, subject: Subject | None = None, key: uuid.UUID, now: datetime
) -> int:
    """
    A draft; return its id. A worker enters themselves (`subject` None); an officer nominates a subject of their part of the tree.

    Safe to repeat: with the same `key` the one that was started is returned.

    Raises: NotAllowed, NotFound, CallClosed, NotThisWay, NotForYou, EnteredAlready.
    """
    with transaction.atomic():
        contest = access.contests(viewer).select_for_update(of=("self",)).select_related("org").filter(pk=contest_id).first()  # fmt: skip
        if contest is None:
            raise NotFound
        pack = access.pack_of(contest)
        who = _worker(viewer, pack) if viewer.role is Role.WORKER else _nominated(viewer, pack, subject, now)
        known = Entry.objects.filter(key=key).first()
        if known is not None:
            if (known.contest_id, known.person_id, known.org_id) != (contest.pk, who.person_id, who.org_id):
                raise NotFound
            return known.pk
        _require_open(contest, now)
        if not scope.covers(contest.org.path or "", organizations.get_union(who.org_id).path):
            raise NotForYou
        told = {"person_id": who.person_id, "place_id": who.place_id, "unit_name": who.unit_name.strip()}
        standing = Entry.objects.filter(contest=contest, **told).exclude(state__in=GONE)
        if standing.count() >= pack.most_entries:
            raise EnteredAlready(pack.most_entries)
        entry = Entry(
            key=key, number=key.hex[:24], contest=contest, org_id=who.org_id, entered_by_id=viewer.account_id, entered_at=now,
            is_nominated=viewer.role is not Role.WORKER, secret=sealed.seal({}, "entry", key), **told,
        )  # fmt: skip
        entry.save(force_insert=True)
        entry.number = f"CP{entry.pk:08}"
        entry.save(update_fields=["number"])
        detail = {"contest": contest.pk}
        audit.record(viewer, action="contests.enter", object=f"entry:{entry.pk}", detail=detail, now=now)
        return entry.pk


def _worker(viewer: Viewer, pack: Pack) -> Subject:
    permissions.require(viewer, "own.view")
    if not pack.by_worker:
        raise NotThisWay
    person_id = viewer.person_id or 0
    membership = registry.open_memberships_of([person_id]).get(person_id)
    if membership is None:
        raise NotForYou
    return Subject(membership.org_id, person_id=person_id)


def _nominated(viewer: Viewer, pack: Pack, subject: Subject | None, now: datetime) -> Subject:
    permissions.require(viewer, "contests.nominate")
    if not pack.by_nomination or subject is None:
        raise NotThisWay
    if not scope.covers(viewer.org_path, organizations.get_union(subject.org_id).path):
        raise NotForYou
    kinds = {
        "person": subject.person_id is not None,
        "place": subject.place_id is not None,
        "organisation": bool(subject.unit_name.strip()),
    }
    if not kinds[pack.entrants]:
        raise NotThisWay
    if subject.person_id is not None:
        membership = registry.open_memberships_of([subject.person_id]).get(subject.person_id)
        if membership is None or membership.org_id != subject.org_id:
            raise NotForYou
    if subject.place_id is not None:
        place = places.get_place(viewer, subject.place_id, now=now)
        if place.kind != pack.place_kind:
            raise NotThisWay
    return subject


def _require_open(contest: Contest, now: datetime) -> None:
    if contest.state != ContestState.CALL or not contest.opens_at <= now < contest.closes_at:
        raise CallClosed(contest.opens_at, contest.closes_at)


def _draft(viewer: Viewer, entry_id: int, now: datetime) -> Entry:
    entry = access.entry_to_change(viewer, entry_id)
    if entry.state != EntryState.DRAFT:
        raise NotPossibleNow(str(EntryState(entry.state).label))
    return entry


def save_entry(
    *,
    viewer: Viewer,
    entry_id: int,
    title: str,
    intro: str,
    contact: str,
    has_consent: bool,
    facts: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """Keep what was typed in a draft. Safe to repeat. Raises NotAllowed, NotFound, NotPossibleNow."""
    with transaction.atomic():
        entry = _draft(viewer, entry_id, now)
        kept = sealed.unseal(entry.secret, "entry", entry.key)
        kept |= {"intro": intro.strip()[:1000], "contact": contact.strip()[:100]}
        if facts is not None:
            kept["facts"] = dict(facts)
        entry.title, entry.has_consent = title.strip()[:80], has_consent
        entry.secret = sealed.seal(kept, "entry", entry.key)
        entry.save(update_fields=["title", "has_consent", "secret"])


def _rule(entry: Entry, part: str) -> FileRule:
    found = next((one for one in access.pack_of(entry.contest).files if one.id == part), None)
    if found is None:
        raise NotFound
    return found


def keep_file(
    *, viewer: Viewer, entry_id: int, part: str, content: bytes, key: uuid.UUID | None = None, now: datetime
) -> FileCard:
    """
    Keep a recording or a paper of a draft, sealed. Safe to repeat with the same `key` or content.

    Raises: NotAllowed, NotFound, NotPossibleNow; files' FileRefused: of another kind, too large, not whole, too many.
    """
    entry = _draft(viewer, entry_id, now)
    rule = _rule(entry, part)
    return files.keep_file(
        viewer=viewer, owner=moving.owner_of(entry), part=part, content=content, key=key, most=rule.most,
        recording=frozenset(FILES[rule.kind]), most_bytes=rule.most_mb * 1024 * 1024, now=now,
    )  # fmt: skip


def drop_file(*, viewer: Viewer, entry_id: int, key: str, now: datetime) -> None:
    """Safe to repeat. Raises NotAllowed, NotFound, NotPossibleNow."""
    files.drop_file(viewer=viewer, owner=moving.owner_of(_draft(viewer, entry_id, now)), key=key, now=now)


def hand_in(*, viewer: Viewer, entry_id: int, now: datetime) -> None:
    """
    Send a draft to the organiser; one that was given back to be completed also after the call, until judging begins. Safe to repeat.

    Raises: NotAllowed, NotFound, CallClosed; NotReady: a file or the title is missing; NotPossibleNow.
    """
    with transaction.atomic():
        entry = access.entry_to_change(viewer, entry_id)
        if entry.state == EntryState.SUBMITTED:
            return
        if entry.handed_in_at is None or entry.contest.state != ContestState.CALL:
            _require_open(entry.contest, now)
        there = {one.part for one in file_queries.list_files(moving.owner_of(entry))}
        missing = [] if entry.title else [("title", "名称", "a title")]
        missing += [
            (one.id, one.title["zh"], one.title["en"])
            for one in access.pack_of(entry.contest).files
            if one.is_required and one.id not in there
        ]
        if missing:
            raise NotReady(missing)
        moving.move(viewer, entry, Step.HAND_IN, now, handed_in_at=now)


def withdraw(*, viewer: Viewer, entry_id: int, now: datetime) -> None:
    """
    Take an entry out; where it was marked already it stays on the sheets of closed rounds, and goes no further. A worker may also
    withdraw from a nomination. Safe to repeat. Raises NotAllowed, NotFound; NotPossibleNow: its contest is over.
    """
    with transaction.atomic():
        entry = access.entry_to_change(viewer, entry_id)
        if entry.state == EntryState.WITHDRAWN:
            return
        if entry.contest.state in (ContestState.DONE, ContestState.CANCELLED):
            raise NotPossibleNow(str(ContestState(entry.contest.state).label))
        moving.move(viewer, entry, Step.WITHDRAW, now)
        moving.leave_shortlist(entry, now)


def open_entry(*, viewer: Viewer, entry_id: int, now: datetime) -> dict[str, object]:
    """
    Introduction, contact and facts of an entry, for whoever may see it; an officer's opening is on record.

    Raises NotAllowed, NotFound.
    """
    entry = access.find_entry(viewer, entry_id)
    if viewer.role is not Role.WORKER:
        detail = {"contest": entry.contest_id}
        audit.record(viewer, action="contests.open_entry", object=f"entry:{entry.pk}", detail=detail, now=now)
    return sealed.unseal(entry.secret, "entry", entry.key)


def open_file(*, viewer: Viewer, entry_id: int, key: str, now: datetime, is_small: bool = False) -> FileContent:
    """
    A recording or paper: for its entrant, the organiser and the jury; its recordings also for those who vote, while they may and the
    entrant agreed. On record. Raises NotFound, NoSuchFile.
    """
    entry = Entry.objects.select_related("contest__org", "org").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    is_listener = _may_listen(viewer, entry, now)
    if not (is_listener or _is_on_jury(viewer, entry)):
        entry = access.find_entry(viewer, entry_id)
    opened = {one.key: one for one in file_queries.list_files(moving.owner_of(entry))}
    if is_listener and not _is_on_jury(viewer, entry) and entry.person_id != viewer.person_id:
        card = opened.get(key)
        if card is None or not (card.is_recording or card.is_photo):
            raise NotFound
    return files.open_file(viewer=viewer, owner=moving.owner_of(entry), key=key, now=now, is_small=is_small)


def _may_listen(viewer: Viewer, entry: Entry, now: datetime) -> bool:
    is_shown = entry.state == EntryState.ADMITTED and entry.has_consent and permissions.may(viewer, "own.view")
    return is_shown and Round.objects.filter(contest=entry.contest, state="OPEN", vote_closes_at__gt=now).exists()


def _is_on_jury(viewer: Viewer, entry: Entry) -> bool:
    sits = Juror.objects.filter(contest=entry.contest, account_id=viewer.account_id, left_at__isnull=True)
    return entry.state == EntryState.ADMITTED and sits.exists()
