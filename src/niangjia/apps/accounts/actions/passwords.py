"""Setting passwords. What one must be: `policy`."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from niangjia.apps.accounts.actions import sittings, tokens
from niangjia.apps.accounts.actions.entering import authenticate
from niangjia.apps.accounts.actions.reach import require_reach
from niangjia.apps.accounts.models import Account, PastPassword
from niangjia.apps.accounts.policy import POLICIES, password_policy
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal

_MOST_REMEMBERED = max(policy.remembered_count for policy in POLICIES.values())


class WeakPassword(Refusal):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"密码不够安全：{zh}", f"The password is too weak: {en}")


class PasswordUsedBefore(Refusal):
    def __init__(self, count: int) -> None:
        if count == 1:
            super().__init__(
                "新密码与现在的密码相同。请换一个。", "The new password is the present one. Choose another."
            )
        else:
            super().__init__(
                f"新密码与最近 {count} 次用过的相同。请换一个。",
                f"The new password is one of the last {count}. Choose another.",
            )


def change_password(
    *, account_id: int, old_password: str, new_password: str, sitting_id: int | None = None, now: datetime
) -> None:
    """
    Replace one's own password; every sitting of the account but `sitting_id` ends, and every token.

    Raises:
        LoginRefused: the old password is not right (this counts as a failed log-in).
        WeakPassword, PasswordUsedBefore.
    """
    account = Account.objects.get(pk=account_id)
    authenticate(username=account.username, password=old_password, now=now)
    _set_password(account, new_password, None, "accounts.change_password", now, must_change=False, stays=sitting_id)


def reset_password(*, viewer: Viewer | None, account_id: int, new_password: str, now: datetime) -> None:
    """
    An administrator sets a password for someone, who has to choose their own with the next sign-in; every session and token ends.

    `viewer` None: the system, whose password stays. Raises NotAllowed, OutOfReach, WeakPassword, PasswordUsedBefore.
    """
    require_reach(viewer, account_id)
    account = Account.objects.get(pk=account_id)
    _set_password(account, new_password, viewer, "accounts.reset_password", now, must_change=viewer is not None)


def remember(account: Account, now: datetime) -> None:
    """Keep the hash, which stands in the account now, among the last ones."""
    PastPassword.objects.create(account=account, password=account.password, at=now)
    kept = PastPassword.objects.filter(account=account).order_by("-at", "-pk").values_list("pk", flat=True)
    PastPassword.objects.filter(account=account).exclude(pk__in=list(kept[:_MOST_REMEMBERED])).delete()


def refuse_weak(password: str, account: Account) -> None:
    """Raises WeakPassword."""
    zh, en = _faults(password, account, "zh-hans"), _faults(password, account, "en")
    if zh:
        raise WeakPassword(zh, en)


def _faults(password: str, account: Account, language: str) -> str:
    """In that language; the framework words its own as it finds them, hence once for each."""
    try:
        with translation.override(language):
            validate_password(password, account, password_policy().validators())
    except ValidationError as error:
        with translation.override(language):
            return " ".join(str(message) for message in error.messages)
    return ""


def _set_password(
    account: Account,
    password: str,
    viewer: Viewer | None,
    action: str,
    now: datetime,
    *,
    must_change: bool,
    stays: int | None = None,
) -> None:
    refuse_weak(password, account)
    _refuse_used(password, account)
    account.password, account.password_set_at, account.must_change_password = make_password(password), now, must_change
    with transaction.atomic():
        account.save(update_fields=["password", "password_set_at", "must_change_password"])
        remember(account, now)
        sittings.close_all(account.pk, now, but=stays)
        tokens.revoke_all(account.pk, now)  # whoever knew the old password may have issued one
        audit.record(viewer, action=action, object=f"account:{account.pk}", now=now)


def _refuse_used(password: str, account: Account) -> None:
    count = password_policy().remembered_count
    last = (
        PastPassword.objects.filter(account=account).order_by("-at", "-pk").values_list("password", flat=True)[:count]
    )
    # An account older than this table has its present password in the account alone.
    hashes = {account.password, *last} if account.has_usable_password() else set(last)
    if any(check_password(password, one) for one in hashes):
        raise PasswordUsedBefore(count)
