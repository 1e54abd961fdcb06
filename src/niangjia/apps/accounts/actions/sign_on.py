"""Accounts that sign in by others: who they are there, and entering."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from niangjia.apps.accounts.actions.entering import LOGIN_BY_ADDRESS, LoginRefused, count_try
from niangjia.apps.accounts.actions.reach import require_reach
from niangjia.apps.accounts.models import Account, Subject
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal


class UnknownSubject(Refusal):
    """Said to whoever the provider vouches for: their own number there, to be told to the administrator. No account is made."""

    def __init__(self, title: str, subject: str) -> None:
        super().__init__(
            f"{title}已确认您的身份，但还没有对应的账户。请把这个编号告诉本级管理员，由管理员填到您的账户上：{subject}",
            f"{title} knows you, but no account here is yours. Tell your administrator this number, to be entered at your account: {subject}",
        )


class SubjectTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个编号已填在另一个账户上。请核对编号；确是同一人的，先从那个账户上移除。",
            "This number stands at another account. Check it; if it is the same person, remove it there first.",
        )


class SubjectMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请填写编号，最多 255 个字符。", "Give the number, 255 characters at most.")


@transaction.atomic
def link_subject(*, viewer: Viewer | None, account_id: int, provider: str, subject: str, now: datetime) -> None:
    """
    Who an account is at a provider, instead of what stood there. Safe to repeat.

    Raises:
        NotAllowed, OutOfReach, SubjectMissing, SubjectTaken.
    """
    require_reach(viewer, account_id)
    subject = subject.strip()
    if not subject or len(subject) > 255:
        raise SubjectMissing
    Account.objects.select_for_update().get(pk=account_id)
    known = Subject.objects.filter(provider=provider, subject=subject).first()
    if known is not None:
        if known.account_id != account_id:
            raise SubjectTaken
        return
    Subject.objects.update_or_create(
        account_id=account_id, provider=provider, defaults={"subject": subject, "entered_at": now, "last_used_at": None}
    )
    audit.record(
        viewer, action="accounts.link_subject", object=f"account:{account_id}", detail={"provider": provider}, now=now
    )


@transaction.atomic
def unlink_subject(*, viewer: Viewer | None, account_id: int, provider: str, now: datetime) -> None:
    """Nobody signs in to the account by this provider any more. Safe to repeat. Raises NotAllowed, OutOfReach."""
    require_reach(viewer, account_id)
    if Subject.objects.filter(account_id=account_id, provider=provider).delete()[0]:
        audit.record(
            viewer,
            action="accounts.unlink_subject",
            object=f"account:{account_id}",
            detail={"provider": provider},
            now=now,
        )


def enter_by_subject(
    *, provider: str, title: str, subject: str, has_second_factor: bool, address: str = "", now: datetime
) -> int:
    """
    The account of whom a provider vouched for; the caller has checked its answer. Never makes one.

    Raises:
        LoginRefused: too many tries from this address, or the account is disabled.
        UnknownSubject.
    """
    attempt, tries = count_try(LOGIN_BY_ADDRESS, address, now) if address else (None, 0)
    if attempt and tries > LOGIN_BY_ADDRESS.most:
        attempt.delete()
        raise LoginRefused
    known = Subject.objects.select_related("account").filter(provider=provider, subject=subject).first()
    if known is None or not known.account.is_active:
        record_refusal(provider=provider, why="disabled" if known else "unknown", address=address, now=now)
        raise LoginRefused if known else UnknownSubject(title, subject)
    with transaction.atomic():
        if attempt:
            attempt.delete()
        Subject.objects.filter(pk=known.pk).update(last_used_at=now)
        Account.objects.filter(pk=known.account_id).update(last_login=now)
        detail = {"provider": provider, "second_factor": has_second_factor} | ({"address": address} if address else {})
        audit.record(
            None, action="accounts.login_sign_on", object=f"account:{known.account_id}", detail=detail, now=now
        )
    return known.account_id


def record_refusal(*, provider: str, why: str, address: str, now: datetime) -> None:
    """A sign-on that did not pass; whose it was is not known, or not kept."""
    detail = {"provider": provider, "why": why, "address": address}
    audit.record(None, action="accounts.sign_on_refused", object="account:unknown", detail=detail, now=now)
