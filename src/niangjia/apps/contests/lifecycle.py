"""States of a contest, of a round and of an entry, and which moves an entry may make, as tables."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ContestState(TextChoices):
    DRAFT = "DRAFT", _("未发布")
    CALL = "CALL", _("征集中")
    JUDGING = "JUDGING", _("评审中")
    NOTICE = "NOTICE", _("公示中")
    DONE = "DONE", _("已揭晓")
    CANCELLED = "CANCELLED", _("已取消")


class RoundState(TextChoices):
    WAITING = "WAITING", _("未开始")
    OPEN = "OPEN", _("进行中")
    CLOSED = "CLOSED", _("已公布")


class EntryState(TextChoices):
    DRAFT = "DRAFT", _("填写中")
    SUBMITTED = "SUBMITTED", _("待审核")
    ADMITTED = "ADMITTED", _("已入选参评")
    REFUSED = "REFUSED", _("不符合条件")
    WITHDRAWN = "WITHDRAWN", _("已退出")
    STRUCK = "STRUCK", _("已取消资格")


E = EntryState


class Step(StrEnum):
    HAND_IN = "HAND_IN"
    GIVE_BACK = "GIVE_BACK"
    ADMIT = "ADMIT"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"
    STRIKE = "STRIKE"


STEPS: dict[Step, dict[EntryState, EntryState]] = {
    Step.HAND_IN: {E.DRAFT: E.SUBMITTED},
    Step.GIVE_BACK: {E.SUBMITTED: E.DRAFT},
    Step.ADMIT: {E.SUBMITTED: E.ADMITTED},
    Step.REFUSE: {E.SUBMITTED: E.REFUSED},
    Step.WITHDRAW: {E.DRAFT: E.WITHDRAWN, E.SUBMITTED: E.WITHDRAWN, E.ADMITTED: E.WITHDRAWN},
    Step.STRIKE: {E.ADMITTED: E.STRUCK},
}


class VoteState(TextChoices):
    """REVOKED: its voter took it back. SET_ASIDE: an officer did not let it count, with a reason that is published."""

    COUNTED = "COUNTED", _("计入")
    REVOKED = "REVOKED", _("已撤回")
    SET_ASIDE = "SET_ASIDE", _("不计入")


class Nearness(TextChoices):
    """Why a juror does not mark an entry: they said so, or the house knows it."""

    DECLARED = "DECLARED", _("评委申报")
    SAME_UNION = "SAME_UNION", _("同一单位")
    OWN = "OWN", _("本人或家人")


class GrantKind(TextChoices):
    PRIZE = "PRIZE", _("奖金")
    ALLOWANCE = "ALLOWANCE", _("津贴")


class GrantState(TextChoices):
    BLOCKED = "BLOCKED", _("尚未安排资金")
    SET_ASIDE = "SET_ASIDE", _("资金已安排")
