"""Looking for somebody by number or name, in one's own part of the tree; that one looked is on record, what for is not."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.registry import naming
from niangjia.apps.registry.fields import keys
from niangjia.apps.registry.queries import cards_of, visible_persons
from niangjia.apps.registry.types import PersonCard
from niangjia.kernel import identity

MOST = 20


@transaction.atomic
def search_people(*, viewer: Viewer, text: str, now: datetime) -> tuple[list[PersonCard], bool]:
    """
    Persons whose ID number, phone, name, pinyin or its first letters is `text`, masked, at most `MOST`; and whether there are more.

    By blind indexes alone: no name is opened to find it. Raises NotAllowed.
    """
    permissions.require(viewer, "registry.view")
    wanted = Q(pk__in=[])
    for column, plain in _asked(text):
        wanted |= Q(**{f"{column}_blind": keys().blind(plain, f"registry.person.{column}")})
    found = list(visible_persons(viewer).filter(wanted).order_by("pk")[: MOST + 1]) if wanted.children else []
    audit.record(viewer, action="registry.search", object="registry", detail={"found": len(found)}, now=now)
    return list(cards_of(found[:MOST]).values()), len(found) > MOST


def _asked(text: str) -> list[tuple[str, str]]:
    if number := identity.read_id_number(text):
        return [("id_number", number)]
    folded = identity.fold(text)
    if folded.replace("-", "").isdigit():
        return [("phone", folded)]
    return naming.asked(text)
