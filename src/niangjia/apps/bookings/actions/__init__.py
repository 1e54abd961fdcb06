"""Writes: each one transaction, safe to repeat, recorded."""

from niangjia.apps.bookings.actions.announcing import (
    add_topic,
    end_feed,
    log_talk,
    make_feed,
    name_teacher,
    start_campaign,
)
from niangjia.apps.bookings.actions.asking import ask, cancel
from niangjia.apps.bookings.actions.attending import certify, check_in, close_offer, mark_missed, remind
from niangjia.apps.bookings.actions.invoicing import drop_invoice, keep_invoice, open_invoice
from niangjia.apps.bookings.actions.offering import (
    add_slots,
    call_off,
    call_off_slot,
    change_offer,
    draw,
    drop_quota,
    make_offer,
    publish,
    set_extras,
    set_quota,
    set_seats,
)
from niangjia.apps.bookings.actions.rehoming import rehome_bookings
from niangjia.apps.bookings.actions.settling import decide_trip, hand_over, pay_carrier, tell_costs, tell_trip
from niangjia.apps.bookings.actions.touring import (
    add_site,
    change_tour,
    drop_site,
    make_tour,
    publish_tour,
    set_stops,
    take_plan,
)

__all__ = [
    "add_site", "add_slots", "add_topic", "ask", "call_off", "call_off_slot", "cancel", "certify", "change_offer", "change_tour", "check_in", "close_offer", "decide_trip", "draw", "drop_invoice", "drop_quota", "drop_site",
    "end_feed", "hand_over", "keep_invoice", "log_talk", "make_feed", "make_offer", "make_tour", "mark_missed", "name_teacher", "open_invoice", "pay_carrier", "publish",
    "publish_tour", "rehome_bookings", "remind", "set_extras", "set_quota", "set_seats", "set_stops", "start_campaign", "take_plan", "tell_costs", "tell_trip",
]  # fmt: skip
