"""
Standing in: an officer on leave hands a post to a colleague of the same union, from day to day.

The colleague gets a post of their own that says whose it is: it ends by itself, cannot be passed on, and ends with the post it comes
from. Whatever is done on it is recorded as done for the one who is away. The two are one pair of hands wherever four eyes are asked
for (`types.Viewer.has_hand_in`), while it lasts and `queries.HANDS_STAY_JOINED` after.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from niangjia.apps.accounts import permissions, queries
from niangjia.apps.accounts.actions.appointing import RolesCollide
from niangjia.apps.accounts.models import Account, Post
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import actions as audit
from niangjia.kernel.problems import Refusal

LONGEST = timedelta(days=366)


class CannotPassOn(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您现在是代岗，代来的岗位不能再交给别人。请切换到自己的岗位，或请原岗位的同事办理。",
            "You stand in on this post: it cannot be passed on. Switch to a post of your own, or ask whose it is.",
        )


class NoSuchColleague(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "只能交给本工会现在有岗位的另一位同事。请重新选择。",
            "A post is handed only to another colleague who holds one at this union now. Choose again.",
        )


class UnfitSpan(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写从今天或以后的哪天到哪天，最长一年，且不超过您自己的任期。",
            "Say from which day, today or later, to which; a year at most, and not beyond your own time on the post.",
        )


class HandedOverAlready(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这段时间里，此岗位已交给一位同事。请先结束那一次。",
            "In that time the post is with a colleague already. End that first.",
        )


class NotYours(Refusal):
    def __init__(self) -> None:
        super().__init__("这次代岗与您无关，或已结束。", "That is not yours to end, or it is over.")


def hand_over(*, viewer: Viewer, account_id: int, starts_on: date, last_on: date, now: datetime) -> int:
    """
    Let a colleague stand in on the viewer's present post, both days included; return the id of their post.

    Raises:
        NotAllowed: a worker's own post is nobody else's.
        CannotPassOn, NoSuchColleague, UnfitSpan, HandedOverAlready.
        RolesCollide: the colleague holds a post that must stay apart from this one.
    """
    if viewer.role is Role.WORKER:
        raise permissions.NotAllowed("posts.hand_over")
    today = timezone.localdate(now)
    ends_before = last_on + timedelta(days=1)
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=viewer.post_id)
        if post.stands_in_for_id is not None:
            raise CannotPassOn
        is_within = post.ends_before is None or ends_before <= post.ends_before
        if not (today <= starts_on <= last_on and ends_before - starts_on <= LONGEST and is_within):
            raise UnfitSpan
        lasting = Post.objects.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=starts_on), account_id=account_id)
        is_apart = permissions.collide([viewer.role, *(Role(other.role) for other in lasting)])
        if is_apart and lasting.filter(org_id=post.org_id).exists():
            raise RolesCollide
        colleagues = {card.account_id for card, _name in queries.list_stand_ins(viewer, today=today)}
        if account_id not in colleagues:
            raise NoSuchColleague
        Account.objects.select_for_update().get(pk=account_id)
        if Post.objects.filter(stands_in_for=post, starts_on__lt=ends_before, ends_before__gt=starts_on).exists():
            raise HandedOverAlready
        if permissions.collide([viewer.role, *(Role(other.role) for other in lasting.all())]):
            raise RolesCollide
        stand_in = Post.objects.create(
            account_id=account_id, org_id=post.org_id, role=post.role, starts_on=starts_on, ends_before=ends_before,
            stands_in_for=post,
        )  # fmt: skip
        detail = {
            "post": stand_in.pk,
            "for_post": post.pk,
            "starts_on": starts_on.isoformat(),
            "last_on": last_on.isoformat(),
        }
        audit.record(viewer, action="accounts.hand_over", object=f"account:{account_id}", detail=detail, now=now)
    return stand_in.pk


def take_back(*, viewer: Viewer, post_id: int, now: datetime) -> None:
    """
    It ends today, before its time: by the one who is back, or by the one who stood in; one not begun is called off. Safe to repeat while it is there.

    Raises:
        NotYours.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        stand_in = (
            Post.objects.select_for_update(of=("self",))
            .select_related("stands_in_for")
            .filter(pk=post_id, stands_in_for__isnull=False)
            .first()
        )
        if stand_in is None or stand_in.stands_in_for is None:
            raise NotYours
        if viewer.account_id not in (stand_in.account_id, stand_in.stands_in_for.account_id):
            raise NotYours
        if stand_in.ends_before is not None and stand_in.ends_before <= today:
            return
        if stand_in.starts_on > today:
            stand_in.delete()  # nothing was done on it, so it joins nobody's hands
        else:
            stand_in.ends_before = today
            stand_in.save(update_fields=["ends_before"])
        detail = {"post": post_id, "for_post": stand_in.stands_in_for_id}
        audit.record(
            viewer, action="accounts.take_back", object=f"account:{stand_in.account_id}", detail=detail, now=now
        )
