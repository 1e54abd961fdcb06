"""
Writes: each one transaction, safe to repeat, recorded in audit.

A matter moves from the step that its page showed: of two who act at once one wins, the other gets `SomeoneWasFirst` with what changed.
"""

from niangjia.apps.matters.actions.applying import (
    confirm_register,
    drop_draft,
    go_on,
    hand_in,
    save_answer,
    say_paper,
    skip_answer,
    start_draft,
    withdraw,
)
from niangjia.apps.matters.actions.handling import act, ask, close_paid, open_answers, set_aside

__all__ = [
    "act",
    "ask",
    "close_paid",
    "confirm_register",
    "drop_draft",
    "go_on",
    "hand_in",
    "open_answers",
    "save_answer",
    "say_paper",
    "set_aside",
    "skip_answer",
    "start_draft",
    "withdraw",
]
