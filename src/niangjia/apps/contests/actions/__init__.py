"""Writes: each one transaction, safe to repeat, recorded."""

from niangjia.apps.contests.actions.entering import (
    drop_file,
    hand_in,
    keep_file,
    open_entry,
    open_file,
    save_entry,
    start_entry,
    withdraw,
)
from niangjia.apps.contests.actions.judging import appoint_juror, declare, dismiss_juror, score
from niangjia.apps.contests.actions.looking import admit, check_eligibility, give_back, refuse, strike
from niangjia.apps.contests.actions.objecting import answer_objection, object_to_notice, read_objection
from niangjia.apps.contests.actions.rehoming import rehome_contests
from niangjia.apps.contests.actions.rewarding import give_allowance, give_allowances, give_prize
from niangjia.apps.contests.actions.running import announce, close_round, finish, open_next_round
from niangjia.apps.contests.actions.setting_up import call_off, extend_call, make_contest, publish
from niangjia.apps.contests.actions.voting import revoke, set_aside_votes, vote

__all__ = [
    "admit", "announce", "answer_objection", "appoint_juror", "call_off", "check_eligibility", "close_round", "declare", "dismiss_juror",
    "drop_file", "extend_call", "finish", "give_allowance", "give_allowances", "give_back", "give_prize", "hand_in", "keep_file", "make_contest",
    "object_to_notice", "open_entry", "open_file", "open_next_round", "publish", "read_objection", "refuse", "rehome_contests", "revoke", "save_entry", "score",
    "set_aside_votes", "start_entry", "strike", "vote", "withdraw",
]  # fmt: skip
