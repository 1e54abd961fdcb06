"""
Four families of the town whose grants were decided anew: arrears, two claw-backs, one of them coming in, and another outcome. And
every special grant of the house, after a sum that came late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.types import Outcome, ReceiptLine, ReservationCard
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import AdjustmentState, Cause, DecisionCard, Settlement, Subject, SubjectKind
from niangjia.portals.tests.house import House

DAY, AREA, PROGRAM, YUAN = date(2023, 10, 20), "330624001000", "graded-aid", Decimal
FACTS = {
    "verification_outcome": "V1", "has_check_authorisation": True, "has_confirmed_trigger": True, "household_size": 3,
    "low_income_standard": YUAN("1000"), "income_12m": YUAN("60000"), "rigid_spending_12m": YUAN("10000"),
    "accident_loss_12m": YUAN(0), "medical_own_cost_12m": YUAN(0), "study_own_cost_12m": YUAN(0), "living_aid_received_12m": YUAN(0),
    "medical_aid_received_12m": YUAN(0), "study_aid_received_12m": YUAN(0), "accident_aid_received_12m": YUAN(0),
    "goods_value": YUAN(0),
}  # fmt: skip
FAMILIES = ("arrears", "claw_back", "recovering", "outcome")
THEN, AFTER = town.NOW + timedelta(minutes=1), town.NOW + timedelta(minutes=2)
"""Decided behind the values that the house was filled with, and made anew behind that."""
HOMES = {name: 201 + place for place, name in enumerate(FAMILIES)}


@dataclass(frozen=True)
class Adjusted:
    """Ids by family: of the adjustment, the first decision, the household and its first member."""

    adjustments: dict[str, int]
    decisions: dict[str, int]
    households: dict[str, int]
    persons: dict[str, int]

    def __getitem__(self, family: str) -> int:
        return self.adjustments[family]


def lay(house: House) -> Adjusted:
    """Decided by the county's third, corrected by its second; the county itself has no hand in it. Laid once."""
    place = house.desk.town
    found = town.households(list(HOMES.values()), place["XG"], size=3, now=town.NOW)
    homes = {name: found[number] for name, number in HOMES.items()}
    if not queries.list_adjustments(place.auditor, states=AdjustmentState):
        _decide_anew(house, homes)
    found_anew = queries.list_adjustments(place.auditor, states=AdjustmentState)
    standing = {card.subject.id: card for card in found_anew if card.subject.kind is SubjectKind.HOUSEHOLD}
    cards = {name: standing[home] for name, (home, _) in homes.items()}
    return Adjusted(
        {name: card.id for name, card in cards.items()},
        {name: card.root_id for name, card in cards.items()},
        {name: home for name, (home, _) in homes.items()},
        {name: persons[0] for name, (_, persons) in homes.items()},
    )


def _decide_anew(house: House, homes: dict[str, tuple[int, list[int]]]) -> None:
    place = house.desk.town
    asked = {
        "arrears": {"medical_own_cost_12m": YUAN("12000")},
        "outcome": {"has_check_authorisation": False},
    }
    decided = {name: _decide(place, *homes[name], FACTS | asked.get(name, {})) for name in FAMILIES}
    set_aside = [_set_aside(place, *homes[name], decided[name]) for name in FAMILIES[:3]]
    _pay(house, set_aside)
    late = enter_late(place, "medical_share_relative", "0.85")
    programs.reconsider(viewer=None, cause=late, now=AFTER)
    correct(place, decided["claw_back"].id, living_aid_received_12m=YUAN("800"))
    correct(place, decided["outcome"].id, has_check_authorisation=True)
    (owed,) = correct(place, decided["recovering"].id, living_aid_received_12m=YUAN("1500")).adjustments
    county, finance = house.viewers[Role.COUNTY], house.viewers[Role.FINANCE]
    programs.settle(
        viewer=county, adjustment_id=owed, how=Settlement.RECOVER, reason="已与本人谈妥，分三次退回", now=AFTER
    )
    programs.book_recovery(viewer=finance, adjustment_id=owed, amount=YUAN("500.00"), key="first", now=AFTER)
    worker = enter_late(place, "grant_amount", "560", program="special-grant", starts_on=date(2023, 9, 1))
    programs.reconsider(viewer=None, cause=worker, now=AFTER)
    enter_late(place, "study_multiple_relative", "9")


def enter_late(
    place: town.Town, name: str, value: str, *, program: str = PROGRAM, starts_on: date = date(2023, 7, 1)
) -> Cause:
    entered = programs.enter_parameter(
        viewer=place.county_third, program=program, name=name, area="330624", starts_on=starts_on, value=value,
        source="绍市总工〔2023〕21号", now=AFTER,
    )  # fmt: skip
    programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=AFTER)
    return queries.cause_of_parameter(entered.id)


def correct(place: town.Town, decision_id: int, viewer: Viewer | None = None, **facts: object):
    cause = Cause(PROGRAM, "民政核对回函与填报不符", "核对单〔2023〕118号", decision_id=decision_id, facts=facts)
    return programs.reconsider(viewer=viewer or place.county_second, cause=cause, now=AFTER)


def _decide(place: town.Town, home: int, persons: list[int], facts: dict[str, object]) -> DecisionCard:
    subjects = {SubjectKind.HOUSEHOLD: home, SubjectKind.PERSON: persons[0]}
    used = queries.used_of(PROGRAM, area=AREA, asof=DAY, subjects=subjects, day=town.NOW.date())
    return programs.decide(
        viewer=place.county_third, program=PROGRAM, subject=Subject(SubjectKind.HOUSEHOLD, home), area=AREA, asof=DAY, facts=facts,
        used=used, within=subjects, matter=f"grant:{home}", now=THEN,
    )  # fmt: skip


def _set_aside(place: town.Town, home: int, persons: list[int], decision: DecisionCard) -> ReservationCard:
    card = funds.reserve(
        viewer=place.county_third, org_path=place["X"].path, purpose=PROGRAM, year=2023, case_ref=f"grant:{home}",
        person_id=persons[0], household_id=home, amount=decision.money, caps=queries.caps_of(decision.id), program=PROGRAM,
        decision_ref=queries.ref_of(decision.id), now=THEN,
    )  # fmt: skip
    funds.approve(viewer=place.county_second, reservation_id=card.id, now=THEN)
    return card


def _pay(house: House, cards: list[ReservationCard]) -> None:
    place, now = house.desk.town, THEN
    payer = house.desk.second_finance  # type: ignore[attr-defined]
    batch = funds.prepare_batch(viewer=place.finance, budget_id=cards[0].budget_id, key="adjusted", now=now)
    funds.approve_batch(viewer=place.county, batch_id=batch.id, now=now)
    marks = {card.person_id: f"mark{card.person_id}" for card in cards}
    funds.seal_batch(viewer=payer, batch_id=batch.id, account_marks=marks, now=now)
    lines = fund_queries.list_bank_lines(payer, batch.id)
    total = sum((line.amount for line in lines), YUAN(0))
    funds.record_bank_file(
        viewer=payer, batch_id=batch.id, file_name="adjusted.csv", sha256="b" * 64, line_count=len(lines), total=total, now=now
    )  # fmt: skip
    funds.mark_sent(viewer=payer, batch_id=batch.id, now=now)
    answers = [ReceiptLine(line.reference, line.amount, Outcome.PAID) for line in lines]
    funds.receive_receipt(viewer=payer, batch_id=batch.id, lines=answers, now=now)
