"""Writes: each one transaction, safe to repeat, recorded."""

from niangjia.apps.volunteers.actions.enrolling import accept, change_helper, enrol, join, set_helper_state
from niangjia.apps.volunteers.actions.filing import change_need, file_need
from niangjia.apps.volunteers.actions.going_on import go_on, withdraw_need
from niangjia.apps.volunteers.actions.logging import log_visit, void_visit
from niangjia.apps.volunteers.actions.opening import open_contact
from niangjia.apps.volunteers.actions.pairing import answer, bid, put_to_both, release, send_proposals
from niangjia.apps.volunteers.actions.proposing import propose
from niangjia.apps.volunteers.actions.rehoming import rehome_needs

__all__ = [
    "accept", "answer", "bid", "change_helper", "change_need", "enrol", "file_need", "go_on", "join", "log_visit", "open_contact", "propose", "put_to_both", "rehome_needs", "release",
    "send_proposals", "set_helper_state", "void_visit", "withdraw_need",
]  # fmt: skip
