"""Who runs a command that moves money: a person with a post, as in the console."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from niangjia.apps.accounts import actions, permissions, queries
from niangjia.apps.accounts.types import Role, Viewer


def finance_viewer(username: str, password: str, now: datetime) -> Viewer:
    """
    Sign in on the finance post of `username`.

    Raises:
        LoginRefused: wrong name or password, or too many tries. NotAllowed: no finance post.
    """
    account_id = actions.authenticate(username=username, password=password, now=now)
    today = timezone.localdate(now)
    for post in queries.list_posts(account_id, today=today):
        if post.role == Role.FINANCE:
            return queries.get_viewer(account_id=account_id, post_id=post.id, today=today)
    raise permissions.NotAllowed("funds.pay")
