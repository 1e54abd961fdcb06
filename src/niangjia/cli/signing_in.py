"""Who runs a command that moves money: a person with a post, as in the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from niangjia.apps.accounts import actions, permissions, queries
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.kernel.problems import Refusal


class ConsoleFirst(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请先在控制台登录一次，更改密码或启用第二重验证，再运行此命令。",
            "First sign in to the console once, to change the password or set up a second factor; then run this command.",
        )


def finance_viewer(username: str, password: str, now: datetime, *, code: Callable[[], str]) -> Viewer:
    """
    Sign in on the finance post of `username`. `code` is asked for a code of the app, or a recovery code, if the account has one.

    Raises:
        LoginRefused: wrong name or password, or too many tries. SecondFactorRefused. NotAllowed: no finance post.
        ConsoleFirst: the page asks for something before anything else.
    """
    account_id = actions.authenticate(username=username, password=password, now=now)
    if queries.has_second_factor(account_id):
        actions.prove_second_factor(account_id=account_id, code=code(), now=now)
    today = timezone.localdate(now)
    for post in queries.list_posts(account_id, today=today):
        if post.role == Role.FINANCE:
            viewer = queries.get_viewer(account_id=account_id, post_id=post.id, today=today)
            if queries.find_due(viewer, now=now) is not None:
                raise ConsoleFirst
            return viewer
    raise permissions.NotAllowed("funds.pay")
