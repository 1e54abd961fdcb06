"""Writing accounts and posts; logging in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.models import Account, Attempt, Post
from niangjia.apps.accounts.queries import get_viewer
from niangjia.apps.accounts.types import Role, Throttle, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
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
        minutes = int(window.total_seconds() // 60)
        super().__init__(
            f"从您的网络地址提交得太多了，请过 {minutes} 分钟再试；急事请直接联系本级工会。",
            f"Too much was sent from your network address. Try again in {minutes} minutes; if it is urgent, go to the union itself.",
        )


class WeakPassword(Refusal):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"密码不够安全：{zh}", f"The password is too weak: {en}")


class UsernameTaken(Refusal):
    def __init__(self, username: str) -> None:
        super().__init__(
            f"用户名 {username} 已被使用。请另选一个。", f"The user name {username} is taken. Choose another."
        )


class RolesCollide(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "同一账户不能既管理系统又办理业务，审计员也不能办理业务。请为另一职责开设单独账户。",
            "One account may not both run the system and do its business, nor may an auditor do business. Use a second account.",
        )


class OutOfReach(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "该工会不在您的管辖范围内，不能任免其岗位。请联系上级管理员。",
            "That union is outside your part of the tree. Ask the administrator above.",
        )


def create_account(
    *,
    viewer: Viewer | None,
    username: str,
    name: str,
    password: str | None,
    person_id: int | None = None,
    now: datetime,
) -> int:
    """
    Open an account and return its id; `password` None: nobody can log in yet. `viewer` None: the system (init, demo).

    Raises:
        NotAllowed: the viewer may not manage accounts.
        UsernameTaken, WeakPassword.
    """
    _require(viewer)
    username = username.strip().lower()
    account = Account(username=username, name=name, person_id=person_id)
    if password is not None:
        _refuse_weak(password, account)
    account.password = make_password(password)
    with transaction.atomic():
        if Account.objects.filter(username=username).exists():
            raise UsernameTaken(username)
        account.save()
        audit.record(viewer, action="accounts.create", object=f"account:{account.pk}", now=now)
    return account.pk


def appoint(
    *,
    viewer: Viewer | None,
    account_id: int,
    org_id: int,
    role: Role,
    starts_on: date,
    ends_before: date | None = None,
    now: datetime,
) -> int:
    """
    Give an account a post and return its id. Safe to repeat: a post of this role at this union that lasts then is returned.

    Raises:
        NotAllowed, OutOfReach: the viewer may not appoint there.
        NoSuchUnion: no such union.
        RolesCollide: the account already holds a post that must stay apart from this one.
    """
    _require(viewer)
    union = organizations.get_union(org_id)
    if viewer and not scope.covers(viewer.org_path, union.path):
        raise OutOfReach
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account_id)
        lasting = Post.objects.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=starts_on), account_id=account_id)
        if held := lasting.filter(org_id=org_id, role=role).first():
            return held.pk
        if permissions.collide([role, *(Role(post.role) for post in lasting)]):
            raise RolesCollide
        post = Post.objects.create(
            account_id=account_id, org_id=org_id, role=role, starts_on=starts_on, ends_before=ends_before
        )
        audit.record(
            viewer,
            action="accounts.appoint",
            object=f"account:{account_id}",
            detail={"post": post.pk, "role": role.value, "org": org_id, "starts_on": starts_on.isoformat()},
            now=now,
        )
    return post.pk


def appoint_by_name(
    *,
    viewer: Viewer | None,
    username: str,
    name: str,
    password: str,
    org_id: int,
    role: Role,
    starts_on: date,
    now: datetime,
) -> int:
    """
    Give a post to whoever has this user name, opening an account for it if nobody has, and return the post's id: both or neither.

    `name` and `password` are for a new account only. Safe to repeat. Raises what `create_account` and `appoint` raise.
    """
    with transaction.atomic():
        account_id = Account.objects.filter(username=username.strip().lower()).values_list("pk", flat=True).first()
        if account_id is None:
            account_id = create_account(
                viewer=viewer, username=username, name=name or username, password=password or None, now=now
            )
        return appoint(viewer=viewer, account_id=account_id, org_id=org_id, role=role, starts_on=starts_on, now=now)


def choose_post(*, viewer: Viewer, post_id: int, now: datetime) -> Viewer:
    """
    Go on with another of one's posts; the same one changes nothing.

    Raises:
        NoSuchPost: not held by this account today.
    """
    chosen = get_viewer(account_id=viewer.account_id, post_id=post_id, today=timezone.localdate(now))
    if chosen.post_id != viewer.post_id:
        detail = {"from": viewer.post_id, "to": chosen.post_id}
        audit.record(
            chosen, action="accounts.choose_post", object=f"account:{viewer.account_id}", detail=detail, now=now
        )
    return chosen


def end_post(*, viewer: Viewer | None, post_id: int, now: datetime) -> None:
    """
    The post ends today: from the next request on it opens nothing. Safe to repeat.

    Raises:
        NotAllowed, OutOfReach.
    """
    _require(viewer)
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).select_related("org").get(pk=post_id)
        if viewer and not scope.covers(viewer.org_path, post.org.path or ""):
            raise OutOfReach
        today = max(timezone.localdate(now), post.starts_on)
        if post.ends_before is not None and post.ends_before <= today:
            return
        post.ends_before = today
        post.save(update_fields=["ends_before"])
        audit.record(
            viewer, action="accounts.end_post", object=f"account:{post.account_id}", detail={"post": post_id}, now=now
        )


def disable_account(*, viewer: Viewer | None, account_id: int, now: datetime) -> None:
    """Nobody logs in with it any more and its sessions end. Safe to repeat. Raises NotAllowed, OutOfReach."""
    _require_reach(viewer, account_id)
    with transaction.atomic():
        if Account.objects.filter(pk=account_id, is_active=True).update(is_active=False):
            audit.record(viewer, action="accounts.disable", object=f"account:{account_id}", now=now)


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
    from_place, failures = _attempt(LOGIN_BY_ADDRESS, address, now) if address else (None, 0)
    if from_place and failures > LOGIN_BY_ADDRESS.most:
        from_place.delete()
        raise LoginRefused
    attempt, tries = _attempt(LOGIN_BY_NAME, username, now)
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


def _attempt(throttle: Throttle, value: str, now: datetime) -> tuple[Attempt, int]:
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


def take_turn(throttle: Throttle, value: str, *, now: datetime) -> None:
    """
    Count a try by `value`; one that is refused is not kept, so that nobody is kept out for ever. Empty: nothing to count by.

    Call it before the transaction of what is tried.

    Raises:
        TooManyTries.
    """
    if not value:
        return
    attempt, tries = _attempt(throttle, value, now)
    if tries > throttle.most:
        attempt.delete()
        raise TooManyTries(throttle.window)


def change_password(*, account_id: int, old_password: str, new_password: str, now: datetime) -> None:
    """
    Replace one's own password; every other session of the account ends.

    Raises:
        LoginRefused: the old password is not right (this counts as a failed log-in).
        WeakPassword.
    """
    account = Account.objects.get(pk=account_id)
    authenticate(username=account.username, password=old_password, now=now)
    _set_password(account, new_password, None, "accounts.change_password", now)


def reset_password(*, viewer: Viewer | None, account_id: int, new_password: str, now: datetime) -> None:
    """An administrator sets a new password for someone. Raises NotAllowed, OutOfReach, WeakPassword."""
    _require_reach(viewer, account_id)
    _set_password(Account.objects.get(pk=account_id), new_password, viewer, "accounts.reset_password", now)


def _set_password(account: Account, password: str, viewer: Viewer | None, action: str, now: datetime) -> None:
    _refuse_weak(password, account)
    hashed = make_password(password)
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(password=hashed)
        audit.record(viewer, action=action, object=f"account:{account.pk}", now=now)


def _require(viewer: Viewer | None) -> None:
    if viewer is not None:
        permissions.require(viewer, "accounts.manage")


def _require_reach(viewer: Viewer | None, account_id: int) -> None:
    """An administrator touches accounts whose posts all lie in their part of the tree: never one of a union above."""
    _require(viewer)
    if viewer is None:
        return
    paths = Post.objects.filter(account_id=account_id).values_list("org__path", flat=True)
    if not all(scope.covers(viewer.org_path, path or "") for path in paths):
        raise OutOfReach


def _refuse_weak(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        with translation.override("zh-hans"):
            zh = " ".join(str(message) for message in error.messages)
        with translation.override("en"):
            en = " ".join(str(message) for message in error.messages)
        raise WeakPassword(zh, en) from error


def _decoy() -> str:
    """A hash that nothing opens, so that an unknown name takes as long as a known one."""
    global _decoy_hash
    if not _decoy_hash:
        _decoy_hash = make_password("a password that nobody has")
    return _decoy_hash


_decoy_hash = ""
