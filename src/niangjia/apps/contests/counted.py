"""The rows of this room as a roll-up counts them. For the house's own jobs: whoever's they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.timezone import localdate

from niangjia.apps.contests.lifecycle import EntryState
from niangjia.apps.contests.models import Award, Entry

_CHUNK = 5_000


def entries() -> Iterator[Mapping[str, Any]]:
    """What was admitted to a contest, of the union that put it forward, on the day in Shanghai on which it was handed in."""
    admitted = Entry.objects.filter(state=EntryState.ADMITTED, handed_in_at__isnull=False).order_by("pk")
    said = admitted.values_list("pk", "handed_in_at", "org_id", "person_id", "contest__pack_id")
    for entry, at, union, person, contest in said.iterator(_CHUNK):
        yield {"ref": f"entry:{entry}", "day": localdate(at), "union_id": union, "person": person, "contest": contest}


def honours() -> Iterator[Mapping[str, Any]]:
    """What an entry of a contest was given, of the union that put it forward; `level`: of the union that gave it."""
    said = ("entry_id", "given_on", "entry__org_id", "entry__person_id", "amount", "entry__contest__pack_id", "award", "entry__contest__org__level")  # fmt: skip
    for entry, day, union, person, amount, contest, award, level in (
        Award.objects.order_by("pk").values_list(*said).iterator(_CHUNK)
    ):
        yield {
            "ref": f"entry:{entry}", "day": day, "union_id": union, "person": person, "amount": amount, "contest": contest, "award": award, "level": level.lower(),
        }  # fmt: skip
