"""
Writes: each one transaction, safe to repeat, recorded in audit.

A matter moves from the step that its page showed: of two who act at once one wins, the other gets `SomeoneWasFirst` with what changed.
"""

from niangjia.apps.matters.actions.applying import (
    confirm_register,
    drop_draft,
    drop_file,
    go_on,
    hand_in,
    keep_file,
    open_draft_file,
    save_answer,
    say_paper,
    skip_answer,
    start_draft,
    withdraw,
)
from niangjia.apps.matters.actions.beginning import attest, fill_for, open_by_union
from niangjia.apps.matters.actions.handling import act, ask, close_paid, open_answers, open_file, set_aside
from niangjia.apps.matters.actions.objecting import (
    answer_objection,
    drop_objection_file,
    keep_objection_file,
    object_to,
    object_to_notice,
    open_objection_file,
    read_objection,
)
from niangjia.apps.matters.actions.photographing import add_paper, drop_paper
from niangjia.apps.matters.actions.rating import rate, rate_own
from niangjia.apps.matters.actions.receiving import add_photo, follow, receive
from niangjia.apps.matters.actions.rehoming import rehome_matters
from niangjia.apps.matters.evidence import MOST as MOST_FILES

__all__ = [
    "MOST_FILES",
    "act",
    "add_paper",
    "add_photo",
    "answer_objection",
    "ask",
    "attest",
    "close_paid",
    "confirm_register",
    "drop_draft",
    "drop_file",
    "drop_objection_file",
    "drop_paper",
    "fill_for",
    "follow",
    "go_on",
    "hand_in",
    "keep_file",
    "keep_objection_file",
    "object_to",
    "object_to_notice",
    "open_answers",
    "open_by_union",
    "open_draft_file",
    "open_file",
    "open_objection_file",
    "rate",
    "rate_own",
    "read_objection",
    "receive",
    "rehome_matters",
    "save_answer",
    "say_paper",
    "set_aside",
    "skip_answer",
    "start_draft",
    "withdraw",
]
