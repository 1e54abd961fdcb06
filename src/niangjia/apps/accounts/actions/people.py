"""Which person of the registry an officer's account belongs to: without it nobody can tell that an officer is of the household helped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.actions.reach import OutOfReach, require_reach
from niangjia.apps.accounts.models import Account, Post
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal

SHORTEST_REASON = 4


class PersonTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个人已有另一个账户。请把岗位任命到那个账户上，一人一个账户。",
            "This person has another account. Appoint that account instead: one person, one account.",
        )


class LinkedAlready(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个账户已对应另一个人，不能直接改成别人。登记错了的，先写明理由解除，再登记。",
            "The account belongs to another person already. If that was a mistake, untie it with a reason first.",
        )


class OwnAccount(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "自己的账户由另一位管理员登记、解除。请联系本级或上级的管理员。",
            "Another administrator says whose account your own is. Ask one at your union or above.",
        )


class WorkersOwn(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这是职工本人的账户，打开的是本人的数据，对应的人不能在这里改。账户给错了人的，请停用后另开。",
            "This is a worker's own account and opens that person's data: it cannot be changed here. Given to the wrong person, disable it and open another.",
        )


class UntyingNeedsReason(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"请写明为什么解除，至少 {SHORTEST_REASON} 个字。审计会看到。",
            f"Say why it is untied, in {SHORTEST_REASON} characters at least. Auditors will see it.",
        )


@transaction.atomic
def link_person(*, viewer: Viewer | None, account_id: int, person_id: int, now: datetime) -> None:
    """
    Say who of the registry an account is; whoever calls has seen that the person is there. Safe to repeat.

    Raises: NotAllowed, OutOfReach, OwnAccount, WorkersOwn, PersonTaken, LinkedAlready.
    """
    account = _touched(viewer, account_id)
    if account.person_id == person_id:
        return
    if account.person_id is not None:
        raise LinkedAlready
    if Account.objects.filter(person_id=person_id).exists():
        raise PersonTaken
    account.person_id = person_id
    account.save(update_fields=["person_id"])
    audit.record(viewer, action="accounts.link_person", object=_name(account), detail={"person": person_id}, now=now)


@transaction.atomic
def unlink_person(*, viewer: Viewer | None, account_id: int, reason: str, now: datetime) -> None:
    """
    The account was said to be the wrong person's. Who it was said to be stays on record with the reason, and is none whom
    this officer may help, judge or pay. Safe to repeat.

    Raises: NotAllowed, OutOfReach, OwnAccount, WorkersOwn, UntyingNeedsReason.
    """
    account = _touched(viewer, account_id)
    if account.person_id is None:
        return
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise UntyingNeedsReason
    was = account.person_id
    account.person_id, account.was_person_ids = None, sorted({*account.was_person_ids, was})
    account.save(update_fields=["person_id", "was_person_ids"])
    audit.record(
        viewer, action="accounts.unlink_person", object=_name(account), detail={"person": was}, reason=reason[:300], now=now
    )  # fmt: skip


def _touched(viewer: Viewer | None, account_id: int) -> Account:
    require_reach(viewer, account_id)
    if viewer is not None:
        if viewer.account_id == account_id:
            raise OwnAccount
        roles = set(Post.objects.filter(account_id=account_id).values_list("role", flat=True))
        if not roles:
            raise OutOfReach  # of no union: nobody's part of the tree
        if Role.WORKER in roles:
            raise WorkersOwn
    return Account.objects.select_for_update().get(pk=account_id)


def _name(account: Account) -> str:
    return f"account:{account.pk}"
