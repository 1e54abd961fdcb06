"""Opening accounts, giving and ending posts."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.actions import passwords, sittings, tokens
from niangjia.apps.accounts.actions.reach import OutOfReach, require_manager, require_reach
from niangjia.apps.accounts.models import Account, Post
from niangjia.apps.accounts.queries import get_viewer
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.kernel.problems import Refusal


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
    require_manager(viewer)
    username = username.strip().lower()
    account = Account(username=username, name=name, person_id=person_id)
    if password is not None:
        passwords.refuse_weak(password, account)
        # Whoever was told a password by somebody else chooses their own first.
        account.password_set_at, account.must_change_password = now, viewer is not None
    account.password = make_password(password)
    with transaction.atomic():
        if Account.objects.filter(username=username).exists():
            raise UsernameTaken(username)
        account.save()
        if password is not None:
            passwords.remember(account, now)
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
    require_manager(viewer)
    union = organizations.get_union(org_id)
    if viewer and not scope.covers(viewer.org_path, union.path):
        raise OutOfReach
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account_id)
        lasting = Post.objects.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=starts_on), account_id=account_id)
        if held := lasting.filter(org_id=org_id, role=role, stands_in_for__isnull=True).first():
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
    require_manager(viewer)
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).select_related("org").get(pk=post_id)
        if viewer and not scope.covers(viewer.org_path, post.org.path or ""):
            raise OutOfReach
        today = max(timezone.localdate(now), post.starts_on)
        if post.ends_before is not None and post.ends_before <= today:
            return
        post.ends_before = today
        post.save(update_fields=["ends_before"])
        tokens.revoke_all(post.account_id, now, post_id=post_id)
        audit.record(
            viewer, action="accounts.end_post", object=f"account:{post.account_id}", detail={"post": post_id}, now=now
        )


def disable_account(*, viewer: Viewer | None, account_id: int, now: datetime) -> None:
    """Nobody logs in with it any more and its sessions end. Safe to repeat. Raises NotAllowed, OutOfReach."""
    require_reach(viewer, account_id)
    with transaction.atomic():
        if Account.objects.filter(pk=account_id, is_active=True).update(is_active=False):
            sittings.close_all(account_id, now)  # they stay ended when the account is enabled again, tokens too
            tokens.revoke_all(account_id, now)
            audit.record(viewer, action="accounts.disable", object=f"account:{account_id}", now=now)


def enable_account(*, viewer: Viewer | None, account_id: int, now: datetime) -> None:
    """A disabled account may log in again, with its password and on the posts that have not ended. Safe to repeat. Raises NotAllowed, OutOfReach."""
    require_reach(viewer, account_id)
    with transaction.atomic():
        if Account.objects.filter(pk=account_id, is_active=False).update(is_active=True):
            audit.record(viewer, action="accounts.enable", object=f"account:{account_id}", now=now)
