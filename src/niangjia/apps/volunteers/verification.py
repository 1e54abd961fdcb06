"""What must always be so, read from the rows."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q

from niangjia.apps.volunteers.kinds import Asks, Kind, kinds
from niangjia.apps.volunteers.lifecycle import NeedState, PairState
from niangjia.apps.volunteers.models import Helper, Need, Pair, Visit
from niangjia.apps.volunteers.types import Violation


def verify() -> Iterator[Violation]:
    """No stage skipped, nothing closed without what it needs, every count as the pairs say, no pair without two yeses of two people."""
    confirmed = Q(pairs__state=PairState.CONFIRMED)
    for helper in Helper.objects.annotate(held=Count("pk", filter=confirmed)).exclude(load=F("held")):
        yield Violation("HELPER_LOAD", helper.number, f"carries {helper.load}, its pairs say {vars(helper)['held']}")
    holds = Q(pairs__state__in=(PairState.CONFIRMED, PairState.ENDED))
    for counted in Need.objects.annotate(held=Count("pk", filter=holds)).exclude(filled=F("held")):
        yield Violation(
            "NEED_FILLED", counted.number, f"counts {counted.filled}, its pairs say {vars(counted)['held']}"
        )
    for need in Need.objects.prefetch_related("steps").order_by("pk").iterator(chunk_size=500):
        kind = kinds().get(need.kind)
        if kind is None or need.stage not in kind.stages:
            yield Violation("NEED_KIND", need.number, f"is a {need.kind} at {need.stage}, which is none")
            continue
        yield from _stages(need, kind)
    one_person = Pair.objects.filter(helper_by__isnull=False, helper_by=F("firm_by")).select_related("need")
    for pair in one_person:
        yield Violation("PAIR_ONE_PERSON", pair.need.number, "one account said both yeses")
    strange = Visit.objects.filter(voided_at__isnull=True).filter(
        pair__state__in=(PairState.PROPOSED, PairState.DECLINED)
    )
    for visit in strange.select_related("pair__need"):
        yield Violation("VISIT_WITHOUT_PAIR", visit.pair.need.number, "somebody was there who was never confirmed")


def _stages(need: Need, kind: Kind) -> Iterator[Violation]:
    steps = sorted(need.steps.all(), key=lambda step: step.place)
    at = kind.first.id
    for number, step in enumerate(steps, 1):
        following = kind.after(at)
        onward = {following.id if following else ""}
        if kind.place_of(at) > kind.place_of(kind.pairing.id):
            onward.add(kind.pairing.id)
        if need.state == NeedState.WITHDRAWN and number == len(steps):
            onward = {""}
        if step.place != number or step.stage != at or step.to not in onward:
            yield Violation(
                "NEED_STAGES", need.number, f"step {step.place} leads from {step.stage} to {step.to or 'its end'}"
            )
            return
        at = step.to or at
    if at != need.stage:
        yield Violation("NEED_STAGES", need.number, f"stands at {need.stage}, its steps lead to {at}")
    if need.state == NeedState.DONE:
        yield from _evaluated(need, kind)


def _evaluated(need: Need, kind: Kind) -> Iterator[Violation]:
    pairs = list(Pair.objects.filter(need=need, state=PairState.ENDED))
    if not pairs or any(pair.satisfaction is None for pair in pairs):
        yield Violation("NEED_EVALUATED", need.number, "is closed, and somebody was not rated")
    logs = any(stage.asks is Asks.VISIT for stage in kind.stages.values())
    if logs and not Visit.objects.filter(pair__in=pairs, voided_at__isnull=True).exists():
        yield Violation("NEED_VISITED", need.number, "is closed, and nobody was there")
