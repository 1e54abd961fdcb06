"""How the other side is reached: opened for who works together, and on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.registry import actions as registry
from niangjia.apps.volunteers.access import get_pair, require_side
from niangjia.apps.volunteers.lifecycle import PairState, Side
from niangjia.apps.volunteers.problems import NotConfirmed
from niangjia.apps.volunteers.sealed import unseal


def open_contact(*, viewer: Viewer, pair_id: int, of: Side, now: datetime) -> str:
    """
    The contact of that side, for the other side of a pair that both confirmed; empty = none was given. The helper finds it in their record.

    Raises: NotAllowed, NoSuchPair, NotYourSide, NotConfirmed.
    """
    with transaction.atomic():
        pair = get_pair(viewer, pair_id)
        require_side(viewer, pair, Side.FIRM if of is Side.HELPER else Side.HELPER)
        if pair.state != PairState.CONFIRMED:
            raise NotConfirmed
        detail = {"pair": pair.pk, "side": of.value}
        audit.record(viewer, action="volunteers.open_contact", object=f"need:{pair.need_id}", detail=detail, now=now)
        if of is Side.FIRM:
            return unseal(pair.need.sealed, f"need:{pair.need.key}").get("contact", "")
        registry.record_views(viewer=viewer, person_ids=[pair.helper.person_id], page="helping", now=now)
        return unseal(pair.helper.sealed, f"helper:{pair.helper.key}").get("contact", "")
