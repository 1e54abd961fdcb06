"""Distances on the earth, and whether a place is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from math import asin, atan2, cos, pi, sin, sqrt

from niangjia.apps.places.types import MICRO, Hours

EARTH = 6_371_008  # metres
RINGS = (
    1_000,
    4_000,
    16_000,
    64_000,
    256_000,
    1_024_000,
)  # metres: how far is looked, ring after ring, until enough is found
BEARINGS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_DEGREE = pi * EARTH / 180


def metres_between(latitude: int, longitude: int, other_latitude: int, other_longitude: int) -> int:
    """Along a great circle; all in millionths of a degree."""
    north, other_north = latitude * pi / 180 / MICRO, other_latitude * pi / 180 / MICRO
    east = (other_longitude - longitude) * pi / 180 / MICRO
    half = sin((other_north - north) / 2) ** 2 + cos(north) * cos(other_north) * sin(east / 2) ** 2
    return round(2 * EARTH * asin(min(1, sqrt(half))))


def bearing(latitude: int, longitude: int, other_latitude: int, other_longitude: int) -> str:
    """
    The way from one to the other as one of eight directions; all in millionths of a degree.

    >>> bearing(30_000_000, 120_000_000, 30_001_000, 120_000_000), bearing(30_000_000, 120_000_000, 29_999_000, 119_999_000)
    ('N', 'SW')
    """
    across = (other_longitude - longitude) * cos(latitude * pi / 180 / MICRO)
    return BEARINGS[round(atan2(across, other_latitude - latitude) / (pi / 4)) % 8]


def boxes(latitude: int, longitude: int) -> Iterator[tuple[int, tuple[int, int], tuple[int, int]]]:
    """By ring: its radius in metres, the latitudes and the longitudes that it lies within."""
    for radius in RINGS:
        up = round(radius / _DEGREE * MICRO) + 1
        farthest = min(89 * MICRO, abs(latitude) + up)
        across = round(radius / (_DEGREE * cos(farthest * pi / 180 / MICRO)) * MICRO) + 1
        yield radius, (latitude - up, latitude + up), (longitude - across, longitude + across)


def is_open(hours: Iterable[Hours], now: datetime) -> bool | None:
    """At that local time; None where nobody told the hours. A line that ends before it begins goes on past midnight."""
    lines = list(hours)
    if not lines:
        return None
    today, clock = now.isoweekday(), now.time().replace(tzinfo=None)
    return any(_covers(line, today, clock) for line in lines)


def _covers(line: Hours, today: int, clock: time) -> bool:
    yesterday = (today - 2) % 7 + 1
    if line.opens < line.closes:
        return today in line.days and line.opens <= clock < line.closes
    return (today in line.days and clock >= line.opens) or (yesterday in line.days and clock < line.closes)
