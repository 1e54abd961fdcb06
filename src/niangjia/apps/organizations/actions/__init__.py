"""Writing the union tree and the calendar. Rights and the audit chain are the caller's: both stand above this room."""

from niangjia.apps.organizations.actions.changing import (
    EDITABLE,
    CannotStandThere,
    CodeTaken,
    WrongDay,
    area_of,
    drop_plan,
    edit_union,
    end_union,
    find_obstacle,
    lock,
    move_union,
    open_union,
    plan_change,
)
from niangjia.apps.organizations.actions.days import set_work_days
from niangjia.apps.organizations.actions.receiving import (
    LoopInTree,
    MoveOutOfReach,
    OrphanUnions,
    UnionTwice,
    UnreadableUnion,
    receive_unions,
)

__all__ = [
    "EDITABLE", "CannotStandThere", "CodeTaken", "LoopInTree", "MoveOutOfReach", "OrphanUnions", "UnionTwice", "UnreadableUnion", "WrongDay",
    "area_of", "drop_plan", "edit_union", "end_union", "find_obstacle", "lock", "move_union", "open_union", "plan_change", "receive_unions", "set_work_days",
]  # fmt: skip
