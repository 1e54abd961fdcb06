"""Which person of the registry an officer's account belongs to: without it nobody can tell that an officer is of the household helped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.actions.reach import require_reach
from niangjia.apps.accounts.models import Account
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal


class PersonTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个人已有另一个账户。请把岗位任命到那个账户上，一人一个账户。",
            "This person has another account. Appoint that account instead: one person, one account.",
        )


class LinkedAlready(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个账户已对应另一个人，不能改成别人。请另开一个账户。",
            "The account belongs to another person already and cannot become somebody else's. Open another account.",
        )


@transaction.atomic
def link_person(*, viewer: Viewer | None, account_id: int, person_id: int, now: datetime) -> None:
    """
    Say who of the registry an account is, once; whoever calls has seen that the person is there. Safe to repeat.

    Raises: NotAllowed, OutOfReach, PersonTaken, LinkedAlready.
    """
    require_reach(viewer, account_id)
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.person_id == person_id:
        return
    if account.person_id is not None:
        raise LinkedAlready
    if Account.objects.filter(person_id=person_id).exists():
        raise PersonTaken
    account.person_id = person_id
    account.save(update_fields=["person_id"])
    audit.record(viewer, action="accounts.link_person", object=f"account:{account_id}", now=now)
