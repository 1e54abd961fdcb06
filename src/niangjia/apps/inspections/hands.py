"""The chain of hands of a matter, from its sensing to the bank's receipt, gathered from the rooms that it went through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.types import Hand
from niangjia.apps.cases import queries as cases
from niangjia.apps.funds import queries as funds
from niangjia.apps.matters import queries as matters

ORDER = (
    "SENSED", "OPENED", "APPLIED", "VERIFIED", "RECHECKED", "REVIEWED", "HANDLED", "PROPOSED", "DECIDED", "FILLED", "TIERED", "APPROVED", "GRANTED",
    "REQUESTED", "MONEY_APPROVED", "BATCH_ENTERED", "BATCH_APPROVED", "SEALED", "RECEIPT",
)  # fmt: skip
_DEEDS = {
    "VERIFIED": ("cases.visit", "cases.submit"), "REVIEWED": ("cases.accept",), "FILLED": ("cases.fill_file",), "TIERED": ("cases.decide_tier",),
    "APPROVED": ("cases.approve", "cases.refuse_file"), "DECIDED": ("matters.act",), "PROPOSED": ("matters.propose",), "REQUESTED": ("funds.reserve",),
    "MONEY_APPROVED": ("funds.approve",), "BATCH_ENTERED": ("funds.prepare_batch",), "BATCH_APPROVED": ("funds.approve_batch",), "SEALED": ("funds.seal_batch",),
}  # fmt: skip


def gather(case_ids: Iterable[int], matter_ids: Iterable[int]) -> dict[str, list[Hand]]:
    """By matter (``case:12``), in the order of steps and time. Without scope: the caller has bounded them."""
    case_ids, matter_ids = set(case_ids), set(matter_ids)
    reserved = {number: f"case:{case}" for number, case in cases.hands.reservations_of(case_ids).items()}
    reserved |= {number: f"matter:{matter}" for number, matter in matters.hands.reservations_of(matter_ids).items()}
    found = list(
        chain(cases.hands.hands_of(case_ids), matters.hands.hands_of(matter_ids), funds.hands.hands_of(reserved))
    )
    stood = audit.standing_in({hand.ref for hand in found if hand.ref} | {hand.of for hand in found})
    by_matter: dict[str, list[Hand]] = {}
    for hand in found:
        by_matter.setdefault(hand.of, []).append(_with_absent(hand, stood))
    return {of: in_order(hands) for of, hands in by_matter.items()}


def in_order(hands: Iterable[Hand]) -> list[Hand]:
    """By step, then by time; what is undated first."""
    return sorted(hands, key=lambda hand: (ORDER.index(hand.step), hand.at is not None, hand.at or 0))


def _with_absent(hand: Hand, stood: dict[tuple[str, str, int], int]) -> Hand:
    if not stood or hand.account_id is None:
        return hand
    for ref in (hand.ref, hand.of):
        for deed in _DEEDS.get(hand.step, ()):
            if absent := stood.get((ref, deed, hand.account_id)):
                return replace(hand, for_account_id=absent)
    return hand
