"""What the services of the house did, as rows of a roll-up: attendances, talks, places, matters that ended, needs that were met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from niangjia.apps.bookings import queries as bookings
from niangjia.apps.matters import queries as matters
from niangjia.apps.places import queries as places
from niangjia.apps.volunteers import queries as volunteers


def rows() -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """By source."""
    return {
        "attendance": bookings.attendances_to_count(),
        "talk": bookings.talks_to_count(),
        "place": places.places_to_count(),
        "place_level": places.levels_to_count(),
        "matter": matters.ended_to_count(),
        "help": volunteers.helped_to_count(),
    }
