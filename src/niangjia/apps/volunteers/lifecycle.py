"""The standing of a need, a helper and a pair. The stages of a need are its kind's (`kinds.py`)."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices


class NeedState(TextChoices):
    OPEN = "OPEN", "在办"
    DONE = "DONE", "已评估办结"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class HelperState(TextChoices):
    ASKED = "ASKED", "待工会确认"
    ACTIVE = "ACTIVE", "在册"
    PAUSED = "PAUSED", "暂停"
    LEFT = "LEFT", "已退出"


class PairState(TextChoices):
    PROPOSED = "PROPOSED", "待双方确认"
    CONFIRMED = "CONFIRMED", "双方已确认"
    DECLINED = "DECLINED", "没有接受"
    WITHDRAWN = "WITHDRAWN", "已解除"
    ENDED = "ENDED", "已办结"


class Source(TextChoices):
    """How a pair came about: the best of all, by a person's hand, or by a bid."""

    ENGINE = "ENGINE", "系统推荐"
    HAND = "HAND", "人工指定"
    BID = "BID", "揭榜"


class Side(StrEnum):
    HELPER = "HELPER"
    FIRM = "FIRM"


P, H = PairState, HelperState
LIVE = (P.PROPOSED, P.CONFIRMED)
BOTH_SAID_YES = (P.CONFIRMED, P.ENDED)
HELPER_MOVES: dict[HelperState, tuple[HelperState, ...]] = {
    H.ASKED: (H.ACTIVE, H.LEFT),
    H.ACTIVE: (H.PAUSED, H.LEFT),
    H.PAUSED: (H.ACTIVE, H.LEFT),
    H.LEFT: (H.ACTIVE,),
}
BY_ONESELF = (H.ACTIVE, H.PAUSED, H.LEFT)
"""What helpers may set for themselves; but their first listing is the union's."""
