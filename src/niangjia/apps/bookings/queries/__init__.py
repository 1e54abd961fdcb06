"""Reads: what is offered, who asked and how they stand, plans and trips, and whether every count is right."""

from niangjia.apps.bookings.kinds import grant_of, has_seat_rules, kind_of, kinds, said_by_pack
from niangjia.apps.bookings.problems import NoSuchOffer, NotFound
from niangjia.apps.bookings.queries.counted import attendances_to_count, talks_to_count
from niangjia.apps.bookings.queries.desk import (
    count_chosen,
    count_living_at,
    find_booking_by_code,
    get_campaign,
    get_draw,
    get_season,
    list_campaigns,
    list_quotas,
    list_seasons,
    list_sessions_between,
    list_teachers,
    tally,
)
from niangjia.apps.bookings.queries.exchanged import Exchanged, count_exchanged
from niangjia.apps.bookings.queries.nights import guests_by_night
from niangjia.apps.bookings.queries.own import (
    bookings_to_tell,
    calendar_of,
    find_certificate,
    get_own_certificate,
    has_feed,
    list_lessons,
    list_public,
    offers_for,
    own_settlement,
    people_to_tell,
    why_not,
    why_waiting,
)
from niangjia.apps.bookings.queries.reach import course_reach, talk_reach
from niangjia.apps.bookings.queries.seats import (
    attendance_of,
    get_booking,
    get_offer,
    list_bookings,
    list_held_at,
    list_of_people,
    list_offers,
    list_own,
    offer_card,
    verify,
)
from niangjia.apps.bookings.queries.talks import coverage_of, list_talks, list_topics, quiet_unions
from niangjia.apps.bookings.queries.tours import get_tour, list_tours
from niangjia.apps.bookings.queries.trips import get_trip, list_settlements
from niangjia.apps.bookings.resealing import sealed_columns as sealed_columns

__all__ = [
    "attendances_to_count", "talks_to_count",
    "Exchanged", "NoSuchOffer", "NotFound", "attendance_of", "bookings_to_tell", "calendar_of", "count_chosen", "count_exchanged", "count_living_at", "course_reach", "coverage_of", "find_booking_by_code", "find_certificate", "get_booking",
    "get_campaign", "get_draw", "get_season", "get_offer", "get_own_certificate", "get_tour", "get_trip", "grant_of", "guests_by_night", "has_feed", "has_seat_rules", "kind_of", "kinds", "list_bookings", "list_held_at",
    "list_campaigns", "list_of_people", "list_offers", "list_own", "list_public", "list_quotas", "list_seasons", "list_settlements", "list_lessons", "list_sessions_between",
    "list_talks", "list_teachers", "list_topics", "list_tours", "offer_card", "own_settlement", "people_to_tell", "quiet_unions",
    "said_by_pack", "talk_reach", "tally", "verify", "why_not", "why_waiting", "offers_for",
]  # fmt: skip
