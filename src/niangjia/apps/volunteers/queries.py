"""Reads: needs, helpers, pairs, the last proposal, what was done; and whether everything is as it must be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.registry import queries as registry
from niangjia.apps.volunteers import counted
from niangjia.apps.volunteers.access import helpers, needs, pairs, sides_of
from niangjia.apps.volunteers.actions.filing import wrong_skills
from niangjia.apps.volunteers.coverage import coverage, public_works, works_by_field, works_of
from niangjia.apps.volunteers.fitting import Fit, fits, satisfaction_of
from niangjia.apps.volunteers.kinds import Asks, Field, FieldType, Kind, Stage, Takes, kind_of, kinds, skills
from niangjia.apps.volunteers.lifecycle import HELPER_MOVES, LIVE, HelperState, NeedState, PairState, Source
from niangjia.apps.volunteers.models import Helper, MatchRun, Need, NeedStep, Pair, Visit
from niangjia.apps.volunteers.problems import NoSuchHelper, NoSuchNeed, NoSuchPair, WrongAnswers
from niangjia.apps.volunteers.resealing import sealed_columns as sealed_columns
from niangjia.apps.volunteers.sealed import unseal
from niangjia.apps.volunteers.types import (
    BidCard,
    HelperCard,
    Matched,
    NeedCard,
    OpenNeed,
    OwnPair,
    PairCard,
    Proposed,
    StepRow,
    Unfilled,
    VisitRow,
)
from niangjia.apps.volunteers.verification import verify
from niangjia.engines.matching import Why
from niangjia.kernel import looking

helped_to_count = counted.helped

__all__ = [
    "Asks", "FieldType", "Kind", "NoSuchHelper", "NoSuchNeed", "NoSuchPair", "Stage", "Takes", "Why", "WrongAnswers", "count_by_stage", "count_living_at", "coverage", "find_helper_step", "Field", "get_helper", "helper_cards", "helper_moves", "get_need", "get_own_pair",
    "kind_of", "kinds", "list_bids", "list_helpers", "list_needs", "list_open_needs", "list_own_helpers", "list_own_pairs", "list_pairs", "list_pairs_of", "list_steps", "list_visits", "need_card", "need_texts",
    "last_proposal", "others_for", "persons_of_pairs", "public_works", "skills", "verify", "works_by_field", "works_of", "wrong_skills",
]  # fmt: skip
MOST_OTHERS = 12


def list_needs(
    viewer: Viewer, *, kind: str = "", stage: str = "", state: str = NeedState.OPEN, text: str = ""
) -> QuerySet[Need]:
    """Newest first; `state` empty = all. Raises NotAllowed."""
    told = {"kind": kind, "stage": stage, "state": state}
    rows = needs(viewer).filter(**{name: value for name, value in told.items() if value})
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(number=text) | Q(firm__icontains=text))
    return rows.select_related("org").order_by("-pk")


def count_by_stage(viewer: Viewer, kind: str) -> dict[str, int]:
    """Open needs by stage. Raises NotAllowed."""
    rows = needs(viewer).filter(kind=kind, state=NeedState.OPEN).order_by().values("stage").annotate(count=Count("pk"))
    return dict(rows.values_list("stage", "count"))


@looking.once
def _need(viewer: Viewer, need_id: int) -> Need:
    """Raises NotAllowed, NoSuchNeed."""
    row = needs(viewer).select_related("org").filter(pk=need_id).first()
    if row is None:
        raise NoSuchNeed(need_id)
    organizations.know([row.org])
    return row


def get_need(viewer: Viewer, need_id: int) -> NeedCard:
    """Raises NotAllowed, NoSuchNeed."""
    return need_card(_need(viewer, need_id))


def need_texts(viewer: Viewer, need_id: int) -> dict[str, str]:
    """What was typed freely in the need, without its contact. Raises NotAllowed, NoSuchNeed."""
    row = _need(viewer, need_id)
    found = unseal(row.sealed, f"need:{row.key}")
    found.pop("contact", None)
    return found


def list_steps(viewer: Viewer, need_id: int) -> list[StepRow]:
    """In their order, with what was written. Raises NotAllowed, NoSuchNeed."""
    need = _need(viewer, need_id)
    rows = list(NeedStep.objects.filter(need=need).select_related("org").order_by("place"))
    names = accounts.names_of({row.by_id for row in rows})
    return [
        StepRow(
            row.stage, row.to, row.told, unseal(row.sealed, f"step:{need.key}:{row.place}"), row.reason, row.org.name, names.get(row.by_id, ""), row.at
        )
        for row in rows
    ]  # fmt: skip


def list_helpers(
    viewer: Viewer, *, kind: str = "", state: str = "", skill: str = "", text: str = ""
) -> QuerySet[Helper]:
    """By number; `skill` a code or the beginning of one. Raises NotAllowed."""
    told = {"kind": kind, "state": state}
    rows = helpers(viewer).filter(**{name: value for name, value in told.items() if value})
    if skill:
        rows = rows.filter(skills__icontains=f'"{skill}')
    if text:
        rows = rows.filter(Q(number=text) | Q(team__icontains=text))
    return rows.select_related("org").order_by("pk")


def get_helper(viewer: Viewer, helper_id: int) -> HelperCard:
    """Raises NotAllowed, NoSuchHelper."""
    found = helper_cards(helpers(viewer).filter(pk=helper_id))
    if helper_id not in found:
        raise NoSuchHelper(helper_id)
    return found[helper_id]


def list_own_helpers(viewer: Viewer) -> list[HelperCard]:
    """As what a worker is listed. Raises NotAllowed."""
    permissions.require(viewer, "own.view")
    return list(helper_cards(helpers(viewer).order_by("pk")).values())


def find_helper_step(kind: str, person_id: int) -> int | None:
    """The number of the last change to a person's listing; None: there is none. Without scope: for who may list them."""
    return Helper.objects.filter(kind=kind, person_id=person_id).values_list("step", flat=True).first()


def helper_moves(state: HelperState) -> tuple[HelperState, ...]:
    """Where an officer may set a helper from here."""
    return HELPER_MOVES[state]


# --- pairs ---


def list_pairs(viewer: Viewer, need_ids: Iterable[int], *, only_live: bool = False) -> dict[int, list[PairCard]]:
    """By need, those that stand first. Raises NotAllowed."""
    rows = pairs(viewer).filter(need__in=list(need_ids))
    rows = rows.filter(state__in=LIVE) if only_live else rows
    found: dict[int, list[PairCard]] = {}
    for card in _pair_cards(viewer, rows.select_related("need__org", "helper__org", "helper__person").order_by("pk")):
        found.setdefault(card.need_id, []).append(card)
    for cards in found.values():
        cards.sort(key=lambda card: card.state not in (*LIVE, PairState.ENDED))
    return found


def list_pairs_of(viewer: Viewer, helper_id: int) -> list[tuple[PairCard, NeedCard]]:
    """What a helper does and did, newest first. Raises NotAllowed."""
    rows = list(pairs(viewer).filter(helper=helper_id).select_related("need__org", "helper").order_by("-pk")[:100])
    by_need = {row.need_id: need_card(row.need) for row in rows}
    return [(card, by_need[card.need_id]) for card in _pair_cards(viewer, rows)]


def list_bids(viewer: Viewer, need_id: int) -> list[BidCard]:
    """Bids that wait, the best fitting first, with what their helpers wrote: for the side that asked alone. Raises NotAllowed."""
    asked = scope.inside("need__org", viewer.org_path)
    rows = pairs(viewer).filter(asked, need=need_id, source=Source.BID, state=PairState.PROPOSED)
    found = list(rows.select_related("need", "helper").order_by("-score", "pk"))
    words = {row.pk: unseal(row.sealed, f"bid:{row.need.key}:{row.helper.key}").get("words", "") for row in found}
    return [BidCard(card, words[card.id]) for card in _pair_cards(viewer, found)]


def list_visits(viewer: Viewer, need_id: int) -> list[VisitRow]:
    """The log of a need, newest first. Raises NotAllowed."""
    rows = Visit.objects.filter(pair__in=pairs(viewer).filter(need=need_id))
    return _visit_rows(rows.select_related("pair__helper").order_by("-on", "-pk"))


def list_own_pairs(viewer: Viewer) -> list[OwnPair]:
    """A worker's, what waits for them first. Raises NotAllowed."""
    permissions.require(viewer, "own.view")
    rows = list(pairs(viewer).select_related("need__org", "helper").order_by("-pk")[:60])
    return sorted(_own_pairs(rows), key=lambda one: (one.state not in LIVE, one.helper_said is not None))


def get_own_pair(viewer: Viewer, pair_id: int) -> OwnPair:
    """Raises NotAllowed, NoSuchPair."""
    permissions.require(viewer, "own.view")
    found = _own_pairs(list(pairs(viewer).select_related("need__org", "helper").filter(pk=pair_id)))
    if not found:
        raise NoSuchPair(pair_id)
    return found[0]


def persons_of_pairs(pair_ids: Iterable[int]) -> dict[int, int]:
    """The helper's person by pair. Without scope: for whoever tells them."""
    return dict(Pair.objects.filter(pk__in=set(pair_ids)).values_list("pk", "helper__person_id"))


# --- proposals ---


def last_proposal(viewer: Viewer, kind: str) -> Matched | None:
    """The last one to the viewer's union, as it still holds: what was decided since is left out. Raises NotAllowed, NoSuchKind."""
    permissions.require(viewer, "volunteers.view")
    pairing = kind_of(kind).pairing.id
    run = MatchRun.objects.filter(kind=kind, org_id=viewer.org_id).order_by("-at", "-pk").first()
    if run is None:
        return None
    open_ids = set(needs(viewer).filter(kind=kind, state=NeedState.OPEN, stage=pairing).values_list("pk", flat=True))
    stand = set(Pair.objects.filter(need__in=open_ids, state__in=LIVE).values_list("need_id", "helper_id"))
    told = [one for one in run.pairs if one["need"] in open_ids and (one["need"], one["helper"]) not in stand]
    rows = helpers(viewer).filter(pk__in={one["helper"] for one in told}, state=HelperState.ACTIVE)
    cards = helper_cards(rows.select_related("org", "person"))
    return Matched(
        run.at, len(run.pairs), run.bound - run.score, run.need_count, run.helper_count,
        tuple(Proposed(one["need"], cards[one["helper"]], one["score"], one["points"]) for one in told if one["helper"] in cards),
        tuple(Unfilled(one["need"], one["seats"], one["why"]) for one in run.unfilled if one["need"] in open_ids),
    )  # fmt: skip


def others_for(viewer: Viewer, need_id: int, *, text: str = "") -> list[Proposed]:
    """
    Who else might go to a need, the best fitting first; `text`: that number or team, whether or not they fit. Raises NotAllowed, NoSuchNeed.
    """
    need = _need(viewer, need_id)
    taken = Pair.objects.filter(need=need, state__in=LIVE).values("helper_id")
    rows = list_helpers(viewer, kind=need.kind, state=HelperState.ACTIVE, text=text).exclude(pk__in=taken)
    found = list(rows.select_related("org", "person"))
    weighed: list[tuple[Helper, Fit]] = [
        (one, fit) for one, fit in zip(found, fits(need, found), strict=True) if fit.is_able or text
    ]
    weighed.sort(key=lambda one: (not one[1].is_able, -one[1].score, one[0].pk))
    cards = helper_cards([one for one, _ in weighed[:MOST_OTHERS]])
    return [Proposed(need.pk, cards[one.pk], fit.score, fit.points, fit.is_able) for one, fit in weighed[:MOST_OTHERS]]


# --- what everybody may read ---


def list_open_needs(*, kind: str = "", area: str = "", now: datetime) -> list[OpenNeed]:
    """Needs that take bids, the first to end first; nobody's name stands in them."""
    pairing = Q()
    for one in kinds().values():
        if one.has_bids and kind in ("", one.id):
            pairing |= Q(kind=one.id, stage=one.pairing.id)
    if not pairing:
        return []
    rows = Need.objects.filter(
        pairing, state=NeedState.OPEN, is_open_bid=True, bids_until__gte=timezone.localdate(now)
    ).annotate(bids=Count("pairs", filter=Q(pairs__source=Source.BID, pairs__state__in=LIVE)))
    rows = rows.filter(area__startswith=area) if area else rows
    return [
        OpenNeed(
            row.pk, row.number, row.kind, row.title, row.about, row.field, row.area, row.firm, tuple(row.skills), row.seats, row.filled, row.bids, row.bids_until, row.due_on
        )
        for row in rows.order_by("bids_until", "pk")[:200]
        if row.filled < row.seats
    ]  # fmt: skip


# --- as types ---


def need_card(row: Need) -> NeedCard:
    return NeedCard(
        id=row.pk, number=row.number, kind=row.kind, title=row.title, about=row.about, field=row.field, org_id=row.org_id, org_name=row.org.name, area=row.area,
        firm=row.firm, place_id=row.place_id, skills=tuple(row.skills), days=tuple(row.days), seats=row.seats, filled=row.filled, due_on=row.due_on,
        is_open_bid=row.is_open_bid, bids_until=row.bids_until, told=row.told, stage=row.stage, state=NeedState(row.state), step=row.step,
        filed_at=row.filed_at, closed_at=row.closed_at,
    )  # fmt: skip


def _know(helpers: Iterable[Helper]) -> None:
    """Of helpers that came with their person and union, neither is asked for again."""
    came = [one for one in helpers if {"person", "org"} <= one._state.fields_cache.keys()]
    registry.know_names(one.person for one in came)
    organizations.know(one.org for one in came)


def helper_cards(rows: Iterable[Helper]) -> dict[int, HelperCard]:
    """By id, names masked; the caller has bounded them."""
    found = list(rows)
    _know(found)
    names = registry.masked_names({row.person_id for row in found})
    liked = satisfaction_of(row.pk for row in found)
    unions = organizations.get_unions({row.org_id for row in found})
    return {
        row.pk: HelperCard(
            id=row.pk, number=row.number, kind=row.kind, person_id=row.person_id, name=names.get(row.person_id, ""), org_id=row.org_id,
            org_name=unions[row.org_id].name, home=row.home, team=row.team, skills=tuple(row.skills), areas=tuple(row.areas), days=tuple(row.days),
            told=row.told, capacity=row.capacity, load=row.load, state=HelperState(row.state), step=row.step, satisfaction=liked.get(row.pk),
            has_contact="contact" in unseal(row.sealed, f"helper:{row.key}"),
        )
        for row in found
    }  # fmt: skip


def _pair_cards(viewer: Viewer, rows: Iterable[Pair]) -> list[PairCard]:
    found = list(rows)
    organizations.know(row.need.org for row in found if "org" in row.need._state.fields_cache)
    cards = helper_cards({row.helper_id: row.helper for row in found}.values())
    unions = organizations.get_unions({row.need.org_id for row in found} | {row.helper.org_id for row in found})
    return [
        PairCard(
            id=row.pk, need_id=row.need_id, helper=cards[row.helper_id], state=PairState(row.state), source=Source(row.source), score=row.score,
            points=row.points, reason=row.reason, helper_said=row.helper_said, firm_said=row.firm_said, satisfaction=row.satisfaction, made_at=row.made_at,
            can_say=sides_of(viewer, need_path=unions[row.need.org_id].path, helper_path=unions[row.helper.org_id].path, helper_person_id=row.helper.person_id),
        )
        for row in found
    ]  # fmt: skip


def _own_pairs(rows: Collection[Pair]) -> list[OwnPair]:
    by_pair: dict[int, list[VisitRow]] = {}
    logged = (
        Visit.objects.filter(pair__in=[row.pk for row in rows]).select_related("pair__helper").order_by("-on", "-pk")
    )
    for visit in _visit_rows(logged):
        by_pair.setdefault(visit.pair_id, []).append(visit)
    found = []
    for row in rows:
        is_working = row.state == PairState.CONFIRMED and kind_of(row.need.kind).logs_at(row.need.stage)
        found.append(
            OwnPair(
                row.pk, need_card(row.need), PairState(row.state), Source(row.source), row.points, row.reason, row.helper_said, row.firm_said, row.satisfaction,
                tuple(by_pair.get(row.pk, [])), is_working,
            )
        )  # fmt: skip
    return found


def _visit_rows(rows: Iterable[Visit]) -> list[VisitRow]:
    found = list(rows)
    names: Mapping[int, str] = registry.masked_names({row.pair.helper.person_id for row in found})
    return [
        VisitRow(
            row.pk, row.pair_id, names.get(row.pair.helper.person_id, ""), row.on, row.minutes, row.beneficiaries,
            unseal(row.sealed, f"visit:{row.key}").get("words", ""), row.voided_at is not None, row.void_reason,
        )
        for row in found
    ]  # fmt: skip


def count_living_at(org_id: int) -> int:
    """Open needs of that very union. Without scope: for whoever changes unions."""
    return Need.objects.filter(org_id=org_id, state=NeedState.OPEN).count()
