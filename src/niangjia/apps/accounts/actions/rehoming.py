"""Posts of a union that ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts.actions import tokens
from niangjia.apps.accounts.actions.reach import require_manager
from niangjia.apps.accounts.models import Account, Post
from niangjia.apps.accounts.queries import lasting_posts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit.types import Entry


@transaction.atomic
def rehome_posts(*, viewer: Viewer | None, from_id: int, to_id: int, go_along: bool, now: datetime) -> set[int]:
    """
    End every post at a union that ends, with its tokens; workers, and officers too if they `go_along`, get the same post at the union that
    goes on. Who only stood in there does not. Return the accounts whose officers' posts went along. Safe to repeat: nothing is left to end.

    Raises NotAllowed.
    """
    require_manager(viewer)
    today = timezone.localdate(now)
    posts = list(lasting_posts(from_id, today).select_for_update(of=("self",)))
    # Appointing goes through the account's row; so does this, in one order.
    list(
        Account.objects.select_for_update()
        .filter(pk__in={post.account_id for post in posts})
        .order_by("pk")
        .values("pk")
    )
    held = set(lasting_posts(to_id, today).filter(stands_in_for__isnull=True).values_list("account_id", "role"))
    entries: list[Entry] = []
    along: set[int] = set()
    for post in posts:
        ends_before, former = max(today, post.starts_on), post.ends_before
        Post.objects.filter(pk=post.pk).update(ends_before=ends_before)
        tokens.revoke_all(post.account_id, now, post_id=post.pk)
        detail = {"post": post.pk, "role": post.role, "org": from_id}
        if (post.role == Role.WORKER or go_along) and post.stands_in_for_id is None:
            if (post.account_id, post.role) not in held:
                Post.objects.create(
                    account_id=post.account_id, org_id=to_id, role=post.role, starts_on=ends_before, ends_before=former
                )
            detail["to"] = to_id
            if post.role != Role.WORKER:
                along.add(post.account_id)
        entries.append(Entry("accounts.rehome_post", f"account:{post.account_id}", detail))
    audit.record_many(viewer, entries=entries, now=now)
    return along
