"""What somebody without an account brings: taken with a receipt number, by which it is followed and photographed. No name is needed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Throttle
from niangjia.apps.files import actions as files
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters import evidence, moving, offering, opening, questions
from niangjia.apps.matters.cards import followed
from niangjia.apps.matters.lifecycle import flow_of
from niangjia.apps.matters.models import Matter, Paper
from niangjia.apps.matters.problems import NoSuchReceipt, NoUnionHere
from niangjia.apps.matters.types import Followed, MatterState, PaperState, Received, Source
from niangjia.apps.objections.actions import grouped, new_receipt, read_receipt
from niangjia.apps.organizations import queries as organizations
from niangjia.engines.policy.pack import Pack

REPORTS = Throttle("matter.report", 10, timedelta(hours=1))
LOOKUPS = Throttle("matter.lookup", 60, timedelta(hours=1))
PHOTOS = 6


def receive(
    *, program: str, area: str, answers: Mapping[str, str | Sequence[str]], key: uuid.UUID, address: str, now: datetime
) -> Received:
    """
    Take what somebody without an account says; the union that the form names has it next. `area`: where the programme is looked for;
    `address`: the network address that asks. Safe to repeat with the same `key`.

    Raises:
        NotByApplication, NoUnionHere: the form names no union. Unreadable, StillOpen. accounts' TooManyTries.
    """
    known = Matter.objects.filter(key=key, receipt__isnull=False).first()
    if known is not None:
        return _told(known)
    one = offering.get_open_to_all(program, area=area, today=moving.today_of(now))
    read = opening.read_all(one.pack, answers, Source.WORKER, now, is_known=False)
    named = next((read[one.id][0] for one in one.pack.form if one.type == "union" and one.id in read), None)
    if named is None:
        raise NoUnionHere
    accounts.take_turn(REPORTS, address, now=now)
    start = opening.Beginning(
        key=key,
        program=program,
        pack=one.pack,
        version_id=one.card.id,
        union=organizations.get_union(int(named.partition("|")[0])),
        person_id=None,
        answers=read,
        papers={},
        receipt=new_receipt(),
    )
    try:
        with transaction.atomic():
            return _told(opening.begin(None, start, now))
    except IntegrityError:  # sent twice at this moment
        return _told(Matter.objects.get(key=key, receipt__isnull=False))


def add_photo(*, receipt: str, content: bytes, key: uuid.UUID | None, address: str, now: datetime) -> FileCard:
    """
    A photo that goes with what was brought, while nobody has acted on it. Where it was taken is not kept with it. Safe to repeat.

    Raises:
        NoSuchReceipt: also once somebody has acted. files' FileRefused. accounts' TooManyTries.
    """
    matter = _find(receipt, address, now)
    code = photo_code(moving.pack_of(matter))
    if not code or not can_add(matter):
        raise NoSuchReceipt
    with transaction.atomic():
        kept = files.keep_file(
            viewer=None, owner=evidence.owner_of(matter), part=evidence.part_of(code), content=content, key=key, now=now,
            most=PHOTOS, only_photos=True,
        )  # fmt: skip
        if not Paper.objects.filter(matter=matter, code=code).exists():
            Paper.objects.create(matter=matter, code=code, state=PaperState.FILE, at=now)
    return kept


def follow(*, receipt: str, address: str, now: datetime) -> Followed:
    """Where it stands, for whoever has its receipt number; blanks, dashes and case do not matter. Raises NoSuchReceipt, TooManyTries."""
    matter = _find(receipt, address, now)
    code = photo_code(moving.pack_of(matter))
    photos = len(evidence.files_of(matter).get(evidence.part_of(code), ())) if code else 0
    return followed(matter, photos=photos, can_add=bool(code) and can_add(matter) and photos < PHOTOS)


def photo_code(pack: Pack) -> str:
    """The first stage's photo; empty: its form asks for none."""
    flow = flow_of(pack)
    return next((one.id for one in questions.fields_of(pack, flow, flow.first) if one.type == "photo"), "")


def can_add(matter: Matter) -> bool:
    return matter.state == MatterState.AT_WORK and not matter.moves.exclude(step=1).exists()


def _told(matter: Matter) -> Received:
    return Received(matter.pk, matter.number, matter.receipt or "")


def _find(receipt: str, address: str, now: datetime) -> Matter:
    accounts.take_turn(LOOKUPS, address, now=now)
    typed = read_receipt(receipt)
    rows = Matter.objects.select_related("desk", "version").defer("version__files")
    found = rows.filter(receipt=grouped(typed)).first() if typed else None
    if found is None:
        raise NoSuchReceipt
    return found
