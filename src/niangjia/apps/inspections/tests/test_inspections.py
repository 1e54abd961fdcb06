"""Samples come out the same, conflicts that are planted are found, decisions that were tampered with are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.models import Account
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as chain
from niangjia.apps.audit.types import Entry, Hand
from niangjia.apps.cases.models import Case, HardshipFile, Visit
from niangjia.apps.cases.types import Outcome
from niangjia.apps.inspections import actions, conflicts, drawing, queries
from niangjia.apps.inspections.problems import NotFound, NothingToDraw, RemarkMissing, SeedUnfit
from niangjia.apps.inspections.types import Result, SampleKind
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.models import Decision
from niangjia.apps.registry.models import Person
from niangjia.jobs import replay
from niangjia.kernel.months import Month

NOVEMBER = Month("2023-11")  # the desk works on the sixth


def helped(desk) -> Case:
    """A case confirmed by the county."""
    return desk.verified(Outcome.V1)


def rules_found(desk) -> set[str]:
    return {one.rule.id for one in queries.find_conflicts(desk.town.auditor, NOVEMBER)}


# --- samples ---


@pytest.fixture
def refused(desk) -> list[int]:
    homes = desk.homes(6)
    desk.list_month(homes)
    desk.dispatch()
    found = list(Case.objects.filter(household_id__in=homes).order_by("pk"))
    for case in found:
        case.state, case.closed_at, case.close_reason, case.outcome = "CLOSED", desk.now, "NOT_IN_HARDSHIP", "V4"
        Case.objects.filter(pk=case.pk).update(
            state=case.state, closed_at=case.closed_at, close_reason=case.close_reason, outcome="V4"
        )
    return [case.pk for case in found]


def draw(desk, seed: str, size: int = 3, **more) -> int:
    ask = {"viewer": desk.town.auditor, "kind": SampleKind.REFUSED, "month": NOVEMBER, "now": desk.now} | more
    return actions.draw_sample(seed=seed, size=size, **ask)


def test_the_same_seed_draws_the_same_rows_and_another_seed_others(desk, refused):
    one = queries.get_sample(desk.town.auditor, draw(desk, "seed-one"))
    assert draw(desk, "seed-one") == one.id, "the same draw is one sample"
    draws = {
        tuple(drawing.draw(f"seed-{n}", drawing.population(desk.town.auditor, SampleKind.REFUSED, NOVEMBER), 3))
        for n in range(8)
    }
    assert len(draws) > 1 and one.population == 6 and len(one.items) == 3
    again = queries.draw_again(desk.town.auditor, one)
    assert again.is_same_population and again.is_same_draw and {item.now for item in again.items} == {"SAME"}


def test_a_change_of_the_population_is_told(desk, refused):
    one = queries.get_sample(desk.town.auditor, draw(desk, "seed-one", size=6))
    Case.objects.filter(pk=refused[0]).update(close_reason="COVERED_ELSEWHERE")
    Case.objects.filter(pk=refused[1]).update(closed_at=desk.now + timedelta(days=60))
    again = queries.draw_again(desk.town.auditor, one)
    told = {item.ref: item.now for item in again.items}
    assert not again.is_same_population and not again.is_same_draw and again.population == 5
    assert (
        told[f"case:{refused[0]}"] == "CHANGED"
        and told[f"case:{refused[1]}"] == "GONE"
        and list(told.values()).count("SAME") == 4
    )


def test_a_finding_is_sealed_and_an_earlier_one_is_kept(desk, refused):
    number = draw(desk, "seed-one")
    ref = queries.get_sample(desk.town.auditor, number).items[0].ref
    say = {"viewer": desk.town.auditor, "sample_id": number, "ref": ref, "now": desk.now}
    actions.judge(result=Result.NOT_IN_ORDER, remark="缺少收入证明", **say)
    actions.judge(result=Result.REMARK, remark="证明已补齐", **say)
    one = queries.get_sample(desk.town.auditor, number)
    assert (one.items[0].result, one.items[0].remark, one.done, one.wrong) == (Result.REMARK, "证明已补齐", 1, 0)
    events = chain.list_about(f"sample:{number}")
    assert len(events) == 2 and "证明" not in "".join(str(event.detail) for event in events)


def test_what_cannot_be_drawn_or_judged_is_refused(desk, refused):
    with pytest.raises(NotAllowed):
        draw(desk, "seed-one", viewer=desk.town.county)
    with pytest.raises(NothingToDraw):
        draw(desk, "seed-one", month=Month("2020-01"))
    for seed in ("abc", "种子种子", "a" * 65):
        with pytest.raises(SeedUnfit):
            draw(desk, seed)
    say = {"viewer": desk.town.auditor, "sample_id": draw(desk, "seed-one"), "now": desk.now}
    with pytest.raises(NotFound):
        actions.judge(ref="case:999", result=Result.IN_ORDER, remark="", **say)
    with pytest.raises(RemarkMissing):
        actions.judge(
            ref=queries.get_sample(desk.town.auditor, say["sample_id"]).items[0].ref,
            result=Result.NOT_IN_ORDER,
            remark="  ",
            **say,
        )


def test_another_countys_auditor_sees_neither_sample_nor_chain(desk, refused):
    other = replace(desk.town.auditor, org_id=desk.town["Y"].id, org_path=desk.town["Y"].path)
    number = draw(desk, "seed-one")
    assert queries.list_samples(other) == []
    with pytest.raises(NotFound):
        queries.get_sample(other, number)
    with pytest.raises(NotFound):
        queries.chain_of(other, f"case:{refused[0]}")
    for of in ("case:²", "case:", "thing:1", f"case:{'9' * 40}"):
        with pytest.raises(NotFound):
            queries.chain_of(desk.town.auditor, of)


# --- who saw what ---


def test_who_looks_far_more_often_than_colleagues_stands_out(desk):
    posts = (desk.town.county, desk.town.county_second, desk.town.county_third, desk.town.other_county)
    for place, viewer in enumerate(posts):
        entries = [Entry("registry.view", f"person:{n}") for n in range(40 if place == 0 else 10)]
        audit.record_many(viewer, entries=entries, now=desk.now)
    since, until = drawing.span_of(NOVEMBER)
    found = queries.list_readers(desk.town.auditor, since=since, until=until)
    assert [(one.account_id, one.total, one.median) for one in found if one.is_unusual] == [
        (desk.town.county.account_id, 40, 10.0)
    ]
    assert all(one.median is None for one in found if one.role is not Role.COUNTY), "too few to compare with"


# --- conflicts ---


def test_a_case_that_went_by_the_rules_has_no_conflict(desk):
    case = helped(desk)
    assert rules_found(desk) == set()
    steps = [hand.step for hand in queries.chain_of(desk.town.auditor, f"case:{case.pk}")]
    assert steps[0] == "SENSED" and "VERIFIED" in steps and steps.index("VERIFIED") < steps.index("REVIEWED")


def test_a_companion_on_the_visit_who_reviewed_it_is_found_and_looked_into(desk):
    case = helped(desk)
    Visit.objects.filter(case=case).update(verifiers=[desk.town.county.account_id])
    auditor = desk.town.auditor
    assert queries.last_search(auditor, NOVEMBER) is None, "nobody searched yet"
    assert actions.search_conflicts(viewer=auditor, month=NOVEMBER, now=desk.now) == 1
    search = queries.last_search(auditor, NOVEMBER)
    assert (search.at, search.account_id) == (desk.now, auditor.account_id)
    (found,) = search.found
    assert search.found == queries.find_conflicts(auditor, NOVEMBER), "it is kept as it was found"
    assert (found.rule.id, found.of, {hand.step for hand in found.hands}) == (
        "verifier-reviews",
        f"case:{case.pk}",
        {"VERIFIED", "REVIEWED"},
    )
    actions.look_into(
        viewer=desk.town.auditor, month=NOVEMBER, key=found.key, remark="同名不同人，已核对", now=desk.now
    )
    (found,) = queries.last_search(auditor, NOVEMBER).found
    assert found.remark == "同名不同人，已核对" and found.looked_by == desk.town.auditor.account_id
    with pytest.raises(NotFound):
        actions.look_into(viewer=desk.town.auditor, month=NOVEMBER, key="no/such/1", remark="没有这一处", now=desk.now)


def test_what_was_found_stays_as_it_was_until_somebody_searches_again(desk):
    case, auditor = helped(desk), desk.town.auditor
    Visit.objects.filter(case=case).update(verifiers=[desk.town.county.account_id])
    actions.search_conflicts(viewer=auditor, month=NOVEMBER, now=desk.now)
    Visit.objects.filter(case=case).update(verifiers=[])
    assert queries.find_conflicts(auditor, NOVEMBER) == []
    search = queries.last_search(auditor, NOVEMBER)
    assert len(search.found) == 1 and search.at == desk.now
    later = desk.now + timedelta(hours=1)
    assert actions.search_conflicts(viewer=auditor, month=NOVEMBER, now=later) == 0
    assert (queries.last_search(auditor, NOVEMBER).at, queries.last_search(auditor, NOVEMBER).found) == (later, [])
    with pytest.raises(NotFound):
        actions.look_into(viewer=auditor, month=NOVEMBER, key=search.found[0].key, remark="已经不在了", now=later)
    assert queries.last_search(auditor, NOVEMBER.previous()) is None, "of that month alone"
    assert queries.last_search(replace(auditor, org_id=desk.town.county.org_id), NOVEMBER) is None, (
        "of that union alone"
    )
    with pytest.raises(NotAllowed):
        actions.search_conflicts(viewer=desk.town.county, month=NOVEMBER, now=later)
    with pytest.raises(NotAllowed):
        queries.last_search(desk.town.county, NOVEMBER)


def test_an_officer_of_the_household_or_with_its_phone_account_or_address_is_found(desk):
    case = helped(desk)
    member, other = desk.members(case.household_id)[:2]
    account = Account.objects.get(pk=desk.town.county.account_id)
    home, (outsider, *_rest) = next(
        iter(
            __import__("niangjia.apps.programs.tests.town", fromlist=["households"])
            .households([77], desk.town["XG"])
            .values()
        )
    )

    def officer_is(person: int) -> set[str]:
        account.person_id = person
        account.save(update_fields=["person_id"])
        return rules_found(desk)

    assert officer_is(outsider) == set()
    assert (officer_is(member), officer_is(other)) == ({"own-person"}, {"own-household"})
    for column, rule in (("phone_blind", "same-phone"), ("bank_account_blind", "same-account")):
        Person.objects.filter(pk__in=[member, outsider]).update(**{column: "m" * 64})
        assert officer_is(outsider) == {rule}
        Person.objects.filter(pk=outsider).update(**{column: ""})
    file = {"person_id": member, "started_by_id": account.pk, "started_at": desk.now, "address_mark": "a" * 64}
    HardshipFile.objects.create(case=case, household_id=case.household_id, **file)
    second = Case.objects.create(
        household_id=home, org=case.org, channel="CANVASS", month="2023-11", opened_at=desk.now
    )
    HardshipFile.objects.create(case=second, household_id=home, **file)
    assert officer_is(outsider) == {"same-address"}


def test_an_officer_does_not_cease_to_be_of_the_household_by_being_untied(desk):
    case = helped(desk)
    account = desk.town.county.account_id
    accounts.link_person(viewer=None, account_id=account, person_id=desk.members(case.household_id)[1], now=desk.now)
    assert rules_found(desk) == {"own-household"}
    accounts.unlink_person(viewer=None, account_id=account, reason="登记错了人，先解除", now=desk.now)
    assert rules_found(desk) == {"own-household"}


def hand(step: str, account: int, absent: int | None = None, of: str = "case:1") -> Hand:
    return Hand(of, step, account, None, of, absent)


@pytest.mark.parametrize("rule", [rule for rule in conflicts.rules() if rule.kind == "same"], ids=lambda rule: rule.id)
def test_one_person_in_two_hands_is_found_and_two_persons_are_not(desk, rule):
    case = helped(desk)
    one, two = desk.town.county_second.account_id, desk.town.city.account_id
    of = f"case:{case.pk}"
    for first in rule.first:
        for second in rule.second:
            planted = {of: [hand(first, one, of=of), hand(second, one, of=of)]}
            assert rule.id in {found.rule.id for found in conflicts.find(planted, [])}
            assert conflicts.find({of: [hand(first, one, of=of), hand(second, two, of=of)]}, []) == []


def test_a_stand_in_who_approves_what_they_or_the_absent_one_entered_is_found(desk):
    of = f"case:{helped(desk).pk}"
    a, b, c = (one.account_id for one in (desk.town.county, desk.town.county_second, desk.town.city))
    for first, second in (
        (hand("TIERED", a, of=of), hand("APPROVED", a, b, of)),
        (hand("TIERED", b, of=of), hand("APPROVED", a, b, of)),
    ):
        assert [one.rule.id for one in conflicts.find({of: [first, second]}, [])] == ["stand-in-approves"]
    assert conflicts.find({of: [hand("TIERED", c, of=of), hand("APPROVED", a, b, of)]}, []) == []


def test_that_somebody_stood_in_is_read_from_the_chain_of_events(desk):
    case = helped(desk)
    standing = replace(desk.town.county, for_account_id=desk.town.grassroots.account_id)
    audit.record(standing, action="cases.accept", object=f"case:{case.pk}", now=desk.now)
    assert "stand-in-approves" in rules_found(desk)


def test_an_officer_who_decides_a_case_of_their_own_grassroots_union_is_found(desk):
    of = f"case:{helped(desk).pk}"
    assert [
        one.rule.id for one in conflicts.find({of: [hand("APPROVED", desk.town.grassroots.account_id, of=of)]}, [])
    ] == ["own-union"]
    assert conflicts.find({of: [hand("APPROVED", desk.town.county.account_id, of=of)]}, []) == []


def test_a_union_that_decides_who_is_its_member_is_no_conflict_but_one_that_decides_its_members_money_is(desk):
    of = f"case:{helped(desk).pk}"
    decided = hand("DECIDED", desk.town.grassroots.account_id, of=of)
    assert conflicts.find({of: [decided]}, []) == []
    for step in ("GRANTED", "REQUESTED"):
        found = conflicts.find({of: [decided, hand(step, desk.town.county.account_id, of=of)]}, [])
        assert [one.rule.id for one in found] == ["own-union-grants"]


def test_a_juror_who_marks_themselves_is_found(desk):
    home = desk.homes(1)[0]
    own, spouse = desk.members(home)[:2]
    Account.objects.filter(pk=desk.town.county.account_id).update(person_id=own)
    for entrant in (own, spouse):
        assert [one.rule.id for one in conflicts.find({}, [(5, desk.town.county.account_id, entrant)])] == [
            "juror-entrant"
        ]
    stranger = desk.members(desk.homes(1, start=9)[0])[0]
    assert conflicts.find({}, [(5, desk.town.county.account_id, stranger)]) == []


# --- replay ---


def _take_the_guard_away() -> None:
    """As whoever has the database's keys would, in the words of each database; undone with the test's transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE programs_decision DISABLE TRIGGER USER")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='programs_decision'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


def test_decisions_come_out_the_same_and_one_that_was_tampered_with_does_not(desk):
    desk.verified(Outcome.V1)
    auditor = desk.town.auditor
    ids = [pk for month in programs.months_decided(auditor) for pk in programs.list_replayable(auditor, month)]
    assert ids and not replay.replay_many(ids, viewer=auditor, of="month:2023-11", now=desk.now).differing
    _take_the_guard_away()
    Decision.objects.filter(pk=ids[0]).update(amount=Decimal("99999.00"), outcome="GRANTED")
    done = replay.replay_many(ids, viewer=auditor, of="month:2023-11", now=desk.now)
    assert [number for number, _parts in done.differing] == [ids[0]] and "amount" in done.differing[0][1]
    assert queries.last_of(auditor, "inspections.replay").detail["which"] == [ids[0]]
