"""What must always be so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from niangjia.apps.organizations.types import UnionState
from niangjia.apps.places.kinds import Kind, kinds
from niangjia.apps.places.lifecycle import LOOKS, PlaceState, Step
from niangjia.apps.places.models import Measure, Place, PlaceEvent, Sent
from niangjia.apps.places.types import Violation

_LEADS = {
    Step.APPLY: PlaceState.APPLIED, Step.ANNOUNCE: PlaceState.ANNOUNCED, Step.LIST: PlaceState.LISTED, Step.REFUSE: PlaceState.CLOSED,
    Step.SUSPEND: PlaceState.SUSPENDED, Step.REOPEN: PlaceState.LISTED, Step.CLOSE: PlaceState.CLOSED,
}  # fmt: skip


def verify() -> Iterator[Violation]:
    """
    Every place whose standing is not that of its events, that is kept by a union which has ended, that has something to mend although its last look asked for nothing, or that does not fit
    its kind; every measure its kind does not have; every count of a union that is no part of the pairing.
    """
    steps: dict[int, list[Step]] = defaultdict(list)
    asked: dict[int, object] = {}
    events = PlaceEvent.objects.order_by("place_id", "step").values_list("place_id", "kind", "mend_by")
    for place_id, kind, mend_by in events.iterator():
        steps[place_id].append(Step(kind))
        if Step(kind) in (*LOOKS, Step.MEND):
            asked[place_id] = mend_by
    for row in Place.objects.select_related("org").order_by("pk").iterator():
        told = [_LEADS[step] for step in steps[row.pk] if step in _LEADS]
        if not told or told[-1] != row.state:
            yield Violation(
                "PLACE_STATE", row.number, f"stands as {row.state}, its events say {told[-1] if told else 'nothing'}"
            )
        if row.state != PlaceState.CLOSED and row.org.state != UnionState.ACTIVE:
            yield Violation("PLACE_UNION", row.number, f"is kept by {row.org.code}, which has ended")
        if row.mend_by != asked.get(row.pk):
            yield Violation(
                "PLACE_MEND", row.number, f"is to mend by {row.mend_by}, its events say {asked.get(row.pk)}"
            )
        if row.kind not in kinds() or row.level not in kinds()[row.kind].levels:
            yield Violation("PLACE_KIND", row.number, f"is a {row.kind} of level {row.level}, which is none")
        elif (row.household_id is not None) != kinds()[row.kind].is_of_household:
            yield Violation("PLACE_HOUSEHOLD", row.number, f"is a {row.kind}, and its household is {row.household_id}")
    yield from _measures(kinds().values())
    for one in Sent.objects.select_related("pairing"):
        if not {one.sender_id, one.counted_by_id} <= {one.pairing.first_id, one.pairing.second_id}:
            yield Violation(
                "PLACE_PAIRING", f"pairing:{one.pairing_id}", "holds a count of a union that is no part of it"
            )


def _measures(all_kinds: Collection[Kind]) -> Iterator[Violation]:
    for one in all_kinds:
        strange = Measure.objects.filter(place__kind=one.id).exclude(measure__in=list(one.measures))
        for row in strange.select_related("place"):
            yield Violation(
                "PLACE_MEASURE", row.place.number, f"has {row.measure}, which a {one.id} is not measured by"
            )
