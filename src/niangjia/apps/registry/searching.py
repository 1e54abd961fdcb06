"""Looking for somebody by number or name, in one's own part of the tree; that one looked is on record, what for is not."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as audit_queries
from niangjia.apps.registry import naming
from niangjia.apps.registry.fields import keys
from niangjia.apps.registry.queries import cards_of, find_person_by_id_number, find_person_by_phone, visible_persons
from niangjia.apps.registry.types import PersonCard
from niangjia.kernel import identity
from niangjia.kernel.problems import Refusal

MOST = 20
_SHORTEST_PHONE, _LONGEST_PHONE = 7, 13
SEARCHES_PER_HOUR = 200
"""More than a desk needs in an hour, and far fewer than there are numbers that fit a masked one."""


class TooManySearches(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"一小时内查找已达 {SEARCHES_PER_HOUR} 次。请稍后再试；人数多的，请用工作簿导入。",
            f"You have looked for people {SEARCHES_PER_HOUR} times within an hour. Try later; for many people, import a workbook.",
        )


class NoNumber(Refusal):
    """What was typed for a number is neither an ID number nor a phone: told before anything is looked up, so not on record and not counted."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)


def require_number(text: str) -> None:
    """Raises NoNumber: what is wrong with it."""
    if not _is_phone(text) and (fault := identity.fault_of_id_number(text)):
        raise NoNumber(*fault)


def _is_phone(text: str) -> bool:
    folded = identity.fold(text).replace("-", "").removeprefix("+86")
    return folded.isdigit() and _SHORTEST_PHONE <= len(folded) <= _LONGEST_PHONE


def _is_meant_as_number(text: str) -> bool:
    """Digits, or a whole ID number's length of mostly digits."""
    folded = identity.fold(text).replace("-", "")
    return folded.isdigit() or (len(folded) > _LONGEST_PHONE and sum(map(str.isdigit, folded)) > len(folded) // 2)


@transaction.atomic
def search_people(*, viewer: Viewer, text: str, now: datetime) -> tuple[list[PersonCard], bool]:
    """
    Persons whose ID number, phone, name, pinyin or its first letters is `text`, masked, at most `MOST`; and whether there are more.

    By blind indexes alone: no name is opened to find it. Raises NotAllowed, NoNumber, TooManySearches.
    """
    permissions.require(viewer, "registry.view")
    if _is_meant_as_number(text):
        require_number(text)
    wanted = Q(pk__in=[])
    for column, plain in _asked(text):
        wanted |= Q(**{f"{column}_blind": keys().blind(plain, f"registry.person.{column}")})
    found = list(visible_persons(viewer).filter(wanted).order_by("pk")[: MOST + 1]) if wanted.children else []
    _record(viewer, len(found), now)
    return list(cards_of(found[:MOST]).values()), len(found) > MOST


@transaction.atomic
def find_person(*, viewer: Viewer, number: str, now: datetime) -> PersonCard | None:
    """
    The one whose ID number or phone it is, in scope, masked: for a form that is about somebody. On record like a search and limited with
    it, or a masked number could be tried until it is whole. Raises NoNumber, TooManySearches.
    """
    require_number(number)
    found = find_person_by_id_number(viewer, number) or find_person_by_phone(viewer, number)
    _record(viewer, int(found is not None), now)
    return found


def _record(viewer: Viewer, found: int, now: datetime) -> None:
    # Recorded first: that waits for other writers, so that two searches at once cannot both be the last.
    audit.record(viewer, action="registry.search", object="registry", detail={"found": found}, now=now)
    since = now - timedelta(hours=1)
    done = audit_queries.count_actions(account_id=viewer.account_id, action="registry.search", since=since)
    if done > SEARCHES_PER_HOUR:
        raise TooManySearches


def _asked(text: str) -> list[tuple[str, str]]:
    if number := identity.read_id_number(text):
        return [("id_number", number)]
    folded = identity.fold(text)
    if folded.replace("-", "").isdigit():
        return [("phone", folded)]
    return naming.asked(text)
