"""How content somebody was with how they were served: once, after the end; signed in, or with a receipt's number and the end of their telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Throttle, Viewer
from niangjia.apps.matters import moving, rated
from niangjia.apps.matters.models import Matter, Rating
from niangjia.apps.matters.problems import NothingMatches, NotToBeRated, RatedAlready, TriedTooOften
from niangjia.apps.matters.types import Source, Verdict
from niangjia.apps.objections.actions import grouped, read_receipt
from niangjia.apps.registry import queries as registry
from niangjia.kernel.identity import fold

FROM_ADDRESS = Throttle("matter.rate", 20, timedelta(hours=1))
OF_NUMBER = Throttle("matter.rate.number", 5, timedelta(days=1))
DIGITS = 4
_NUMBER = re.compile(r"SX[0-9]{6}([0-9]{7,12})")
_PHONE = re.compile(r"(?<![0-9])1[0-9]{10}(?![0-9])")


def rate(*, number: str, digits: str, verdict: Verdict, address: str, now: datetime) -> None:
    """
    Say it without signing in. `number`: of a receipt, or of a matter that belongs to a worker; `digits`: the last four of the telephone
    number that was given. A receipt's twelve characters are a secret of their own: who gave no telephone number with them needs none here.
    `address`: the network address that asks. Safe to repeat with the same verdict.

    Raises:
        NothingMatches: whichever of the two is wrong. NotToBeRated, RatedAlready. TriedTooOften; accounts' TooManyTries.
    """
    accounts.take_turn(FROM_ADDRESS, address, now=now)
    named = _read(number)
    try:
        accounts.take_turn(OF_NUMBER, named, now=now)
    except accounts.TooManyTries as wrong:
        raise TriedTooOften from wrong
    matter = _find(named)
    if matter is None or not _is_theirs(matter, re.sub(r"\D", "", fold(digits[:40]))):
        raise NothingMatches
    _keep(None, matter, verdict, now)
    accounts.forget_tries(OF_NUMBER, named)


def rate_own(*, viewer: Viewer, matter_id: int, verdict: Verdict, now: datetime) -> None:
    """Say it signed in, of one's own. Safe to repeat with the same verdict. Raises NotAllowed, NotFound, NotToBeRated, RatedAlready."""
    permissions.require(viewer, "own.view")
    _keep(viewer, moving.find(viewer, matter_id), verdict, now)


def _keep(viewer: Viewer | None, matter: Matter, verdict: Verdict, now: datetime) -> None:
    """What was said stays out of the chain: that it was said is on it."""
    if not rated.may_be(matter):
        raise NotToBeRated
    values = {"verdict": verdict, "by_receipt": viewer is None, "on": moving.today_of(now)}
    try:
        with transaction.atomic():
            known = Rating.objects.filter(matter=matter).first()
            if known is None:
                Rating.objects.create(matter=matter, **values)
                moving.tell(viewer, matter, "matters.rate", now, org=matter.org_id)
                return
    except IntegrityError:  # said twice at this moment
        known = Rating.objects.get(matter=matter)
    if known.verdict != verdict:
        raise RatedAlready


def _read(typed: str) -> str:
    """A number in the one form in which it is kept, or as it was typed: what exists and what does not is counted alike."""
    text = fold(typed[:40])
    if _NUMBER.fullmatch(text):
        return text
    receipt = read_receipt(typed)
    return grouped(receipt) if receipt else text


def _find(named: str) -> Matter | None:
    rows = Matter.objects.select_related("desk", "org", "version").defer("version__files")
    numbered = _NUMBER.fullmatch(named)
    if numbered:
        found = rows.filter(pk=int(numbered[1]), person__isnull=False).first()
        return found if found and found.number == named else None
    return rows.filter(receipt=named).first() if named else None


def _is_theirs(matter: Matter, digits: str) -> bool:
    known = set(_ends(matter))
    if not known:
        return matter.receipt is not None
    return any([constant_time_compare(one, digits) for one in known])


def _ends(matter: Matter) -> Iterator[str]:
    """The ends of the telephone numbers that are theirs: in the register, and in what they wrote themselves."""
    phone = registry.phone_of(matter.person_id) if matter.person_id else ""
    if len(phone) >= DIGITS:
        yield phone[-DIGITS:]
    asked_for = {one.id for one in moving.pack_of(matter).form if one.type == "phone"}
    for name, rows in moving.answers_of(matter).items():
        for text in (fold(one.text) for one in rows if one.source is Source.WORKER):
            written = [re.sub(r"\D", "", text)] if name in asked_for else _PHONE.findall(text)
            yield from (one[-DIGITS:] for one in written if len(one) >= DIGITS)
