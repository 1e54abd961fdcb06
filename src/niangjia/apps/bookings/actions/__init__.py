"""Writes: each one transaction, safe to repeat, recorded."""

from niangjia.apps.bookings.actions.asking import ask, cancel
from niangjia.apps.bookings.actions.attending import check_in, close_offer, mark_missed
from niangjia.apps.bookings.actions.offering import add_slots, call_off, draw, make_offer, publish, set_quota, set_seats

__all__ = [
    "add_slots", "ask", "call_off", "cancel", "check_in", "close_offer", "draw", "make_offer", "mark_missed", "publish", "set_quota", "set_seats",
]  # fmt: skip
