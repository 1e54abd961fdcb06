"""
Access tokens: a program acts for an officer, on one post of their own, for what the token's scopes name and never for more than the post.

A token opens nothing once it is revoked or over, the post ends, the account is disabled, or its password or second factor is set anew.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions, queries
from niangjia.apps.accounts.actions.reach import require_reach
from niangjia.apps.accounts.models import Account, ApiToken
from niangjia.apps.accounts.types import Bearer, Due, NewToken, Scope, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal

MOST_TOKENS = 10
LONGEST: Final = timedelta(days=366)
MARK: Final = "njt_"  # tells scanners of leaked secrets whose it is
_TOUCH = timedelta(minutes=1)  # a call is not worth a write each


class NoTokenHere(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "只能在自己的岗位上签发令牌，代岗时不能。请切换到自己的岗位。",
            "Tokens are issued on a post of one's own, not while standing in. Switch to a post of your own.",
        )


class UnfitToken(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写名称、至少选一项本岗位可用的范围，有效期从一天到一年。",
            "Give it a name, choose at least one scope that your post has, and let it last from a day to a year.",
        )


class TooManyTokens(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"已有 {MOST_TOKENS} 个令牌。请先撤销不用的。",
            f"There are {MOST_TOKENS} tokens already. First revoke one that is not used.",
        )


class NoSuchToken(Refusal):
    def __init__(self) -> None:
        super().__init__("这个令牌已不在。请刷新页面。", "That token is not there any more. Refresh the page.")


class TokenRefused(Refusal):
    """One reply whatever is wrong: unknown, revoked, over, its post ended, its account disabled."""

    def __init__(self) -> None:
        super().__init__(
            "令牌不存在、已撤销、已到期，或其岗位已终止。请在“登录与安全”重新签发。",
            "The token is unknown, revoked or over, or its post has ended. Issue a new one under “Sign-in and safety”.",
        )


class OwesSomething(Refusal):
    """The account has something to do at the pages first; until then its tokens rest."""

    def __init__(self, due: Due) -> None:
        self.due = due
        super().__init__(
            "令牌的持有人须先登录页面办一件事（更改密码或启用第二重验证），之后令牌照常可用。",
            "The token's holder has to sign in first and change the password or enrol a second factor; then the token works again.",
        )


def issue_token(*, viewer: Viewer, name: str, scopes: Iterable[Scope], expires_at: datetime, now: datetime) -> NewToken:
    """
    Issue a token for the viewer's present post; its secret is in the answer and nowhere else.

    Raises:
        NotAllowed: the post has nothing to offer to a program (a worker's, an administrator's).
        NoTokenHere: the viewer stands in on this post, or acts by a token.
        UnfitToken, TooManyTokens.
    """
    offered = permissions.scopes_of(viewer.role)
    if not offered:
        raise permissions.NotAllowed("tokens.issue")
    if viewer.for_account_id is not None or viewer.token_id is not None:
        raise NoTokenHere
    chosen = tuple(scope for scope in Scope if scope in set(scopes))
    lasts = expires_at - now
    if not name.strip() or not chosen or not set(chosen) <= set(offered) or not timedelta(0) < lasts <= LONGEST:
        raise UnfitToken
    secret = MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=viewer.account_id)
        living = ApiToken.objects.filter(account_id=viewer.account_id, revoked_at__isnull=True, expires_at__gt=now)
        if living.count() >= MOST_TOKENS:
            raise TooManyTokens
        token = ApiToken.objects.create(
            account_id=viewer.account_id,
            post_id=viewer.post_id,
            name=name.strip()[:40],
            scopes=" ".join(chosen),
            secret_hash=_hash(secret),
            tail=secret[-4:],
            issued_at=now,
            expires_at=expires_at,
        )
        detail = {"token": token.pk, "post": viewer.post_id, "scopes": list(chosen), "until": expires_at.isoformat()}
        audit.record(
            viewer, action="accounts.issue_token", object=f"account:{viewer.account_id}", detail=detail, now=now
        )
    return NewToken(token.pk, secret)


def revoke_token(*, viewer: Viewer, token_id: int, now: datetime) -> None:
    """
    One's own, or as an administrator that of an account in reach: it opens nothing from the next call on. Safe to repeat.

    Raises:
        NoSuchToken: also for one that is not the viewer's to revoke.
    """
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
        if token is None:
            raise NoSuchToken
        if token.account_id != viewer.account_id:
            try:
                require_reach(viewer, token.account_id)
            except Refusal as refusal:
                raise NoSuchToken from refusal
        if token.revoked_at is not None:
            return
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        object, detail = f"account:{token.account_id}", {"token": token_id}
        audit.record(viewer, action="accounts.revoke_token", object=object, detail=detail, now=now)


def use_token(*, secret: str, now: datetime) -> Bearer:
    """
    Who shows this secret, on the token's post, checked afresh; that it was used is noted, at most once a minute.

    Raises:
        TokenRefused.
        OwesSomething: the account has something to do at the pages first.
    """
    token = ApiToken.objects.filter(secret_hash=_hash(secret), revoked_at__isnull=True, expires_at__gt=now).first()
    if token is None:
        raise TokenRefused
    try:
        viewer = queries.get_viewer(account_id=token.account_id, post_id=token.post_id, today=timezone.localdate(now))
    except queries.NoSuchPost as refusal:
        raise TokenRefused from refusal
    if due := queries.find_due(viewer, now=now):
        raise OwesSomething(due)
    if token.last_used_at is None or now - token.last_used_at >= _TOUCH:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return Bearer(replace(viewer, token_id=token.pk), frozenset(Scope(one) for one in token.scopes.split()))


def revoke_all(account_id: int, now: datetime, *, post_id: int | None = None) -> int:
    """As part of an action that says why in the audit chain; of one post, or of the whole account."""
    living = ApiToken.objects.filter(account_id=account_id, revoked_at__isnull=True)
    return (living if post_id is None else living.filter(post_id=post_id)).update(revoked_at=now)


def _hash(secret: str) -> str:
    """Not keyed and not slow: 256 bits drawn by chance are not guessed from their hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
