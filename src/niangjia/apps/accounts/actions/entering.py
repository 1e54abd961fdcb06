"""Proving who one is, and counting tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from niangjia.apps.accounts.models import Account, Attempt
from niangjia.apps.accounts.types import Throttle
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.kernel.problems import Refusal

LOGIN_BY_NAME = Throttle("login.name", 5, timedelta(minutes=15))
# An office shares an address: room for a morning's mistakes of a whole floor, far from enough to guess passwords.
LOGIN_BY_ADDRESS = Throttle("login.address", 30, timedelta(minutes=15))


class LoginRefused(Refusal):
    """One reply for an unknown name, a wrong password, a locked and a disabled account: it tells nobody which exist."""

    def __init__(self) -> None:
        super().__init__(
            "用户名或密码不正确，或尝试过多。请核对后再试；连续五次不成功请等十五分钟，或联系本级管理员。",
            "The name or the password is not right, or there were too many tries. Check and try again; after five failures wait "
            "fifteen minutes, or ask your administrator.",
        )


class TooManyTries(Refusal):
    def __init__(self, window: timedelta) -> None:
        self.window = window
        minutes = int(window.total_seconds() // 60)
        super().__init__(
            f"从您的网络地址提交得太多了，请过 {minutes} 分钟再试；急事请直接联系本级工会。",
            f"Too much was sent from your network address. Try again in {minutes} minutes; if it is urgent, go to the union itself.",
        )


def authenticate(*, username: str, password: str, now: datetime, address: str = "") -> int:
    """
    The id of the account with this name and password. `address`: the network address that asks, where there is one.

    Five failures within fifteen minutes lock the name, existing or not, until the window has passed; a right password
    does not open it earlier. Thirty from one address stop that address, which then locks no further names. The reply and
    the work done are the same in every case of refusal, so that they tell nobody which names exist.

    Raises:
        LoginRefused.
    """
    username = username.strip().lower()
    from_place, failures = count_try(LOGIN_BY_ADDRESS, address, now) if address else (None, 0)
    if from_place and failures > LOGIN_BY_ADDRESS.most:
        from_place.delete()
        raise LoginRefused
    attempt, tries = count_try(LOGIN_BY_NAME, username, now)
    account = Account.objects.filter(username=username).first()
    is_right = check_password(password, account.password if account and account.has_usable_password() else _decoy())
    if not (is_right and account and account.is_active and tries <= LOGIN_BY_NAME.most):
        if tries > LOGIN_BY_NAME.most:
            attempt.delete()  # a try while locked does not lengthen the lock: nobody can keep another out for ever
        else:
            _record_failure(account, attempt, tries, address, now)
        raise LoginRefused
    with transaction.atomic():
        Attempt.objects.filter(kind=LOGIN_BY_NAME.kind, key_hash=attempt.key_hash).delete()
        if from_place:
            from_place.delete()
        Account.objects.filter(pk=account.pk).update(last_login=now)
        detail = {"address": address} if address else {}
        audit.record(None, action="accounts.login", object=f"account:{account.pk}", detail=detail, now=now)
    return account.pk


def _record_failure(account: Account | None, attempt: Attempt, tries: int, address: str, now: datetime) -> None:
    """The name that was typed stays unknown; that it is the same again can be seen."""
    detail = {"name": attempt.key_hash[:16], "address": address, "tries": tries}
    actions = ["accounts.login_failed", *(["accounts.locked"] if tries == LOGIN_BY_NAME.most else [])]
    object = f"account:{account.pk}" if account else "account:unknown"
    audit.record_many(None, entries=[Entry(action, object, detail) for action in actions], now=now)


def count_try(throttle: Throttle, value: str, now: datetime) -> tuple[Attempt, int]:
    """
    A new try and how many there are within the window, this one among them.

    It is written and committed first, then counted, before whatever it tries: tries at the same moment all count.
    """
    key = salted_hmac(throttle.kind, value, algorithm="sha256").hexdigest()
    with transaction.atomic():
        Attempt.objects.filter(kind=throttle.kind, at__lte=now - throttle.window).delete()
        attempt = Attempt.objects.create(kind=throttle.kind, key_hash=key, at=now)
    since = Attempt.objects.filter(kind=throttle.kind, key_hash=key, at__gt=now - throttle.window)
    return attempt, since.count()


def forget_tries(throttle: Throttle, value: str) -> None:
    """It went well: what was tried before counts no more."""
    key = salted_hmac(throttle.kind, value, algorithm="sha256").hexdigest()
    Attempt.objects.filter(kind=throttle.kind, key_hash=key).delete()


def take_turn(throttle: Throttle, value: str, *, now: datetime) -> None:
    """
    Count a try by `value`; one that is refused is not kept, so that nobody is kept out for ever. Empty: nothing to count by.

    Call it before the transaction of what is tried.

    Raises:
        TooManyTries.
    """
    if not value:
        return
    attempt, tries = count_try(throttle, value, now)
    if tries > throttle.most:
        attempt.delete()
        raise TooManyTries(throttle.window)


def _decoy() -> str:
    """A hash that nothing opens, so that an unknown name takes as long as a known one."""
    global _decoy_hash
    if not _decoy_hash:
        _decoy_hash = make_password("a password that nobody has")
    return _decoy_hash


_decoy_hash = ""
