"""E28, Lanxi's chain: a contest gives a skill level, the level an allowance by its own pack, the money comes through the funds room."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.contests import actions, problems, queries
from niangjia.apps.contests.lifecycle import EntryState
from niangjia.apps.contests.models import Award, Entry
from niangjia.apps.contests.tests import stage as stages
from niangjia.apps.funds import actions as fund_actions
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as organization_queries
from niangjia.apps.organizations.types import Level, UnionRow
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import DecisionOutcome
from niangjia.apps.registry import queries as registry
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

LANXI = [
    *town.UNIONS,
    UnionRow("L", "C", "兰溪市总工会", Level.COUNTY, "330781000000"),
    UnionRow("LG", "L", "纺织厂工会", Level.GRASSROOTS, "330781000000"),
]
AMOUNTS = {
    "junior": "0", "intermediate": "300", "senior": "600", "technician": "1033.33", "senior_technician": "1500", "special_technician": "2000",
    "chief_technician": "3000",
}  # fmt: skip


@pytest.fixture
def stage(db) -> stages.Stage:
    found = stages.build(workers=0)
    organizations.receive_unions(LANXI)
    union = {code: organization_queries.find_union_by_code(code) for code in ("L", "LG")}
    posts = {name: town.appoint(f"lanxi.{name}", union["L"], Role.COUNTY) for name in ("officer", "second", "third")}
    posts |= {name: town.appoint(f"lanxi.{name}", union["L"], Role.FINANCE) for name in ("finance", "payer")}
    found.posts = posts  # type: ignore[attr-defined]
    object.__setattr__(found.town, "county", posts["officer"])
    found.workers = [stages.worker(number, union["LG"]) for number in range(60, 65)]
    root = programs_folder()
    pack = policy.load_pack(root / "330781-lanxi" / "skill-allowance", policy.load_vocabulary(root))
    programs.install_packs([pack], stages.NOW)
    for level, amount in AMOUNTS.items():
        row = programs.enter_parameter(
            viewer=posts["officer"], program="skill-allowance", name=f"{level}_amount", area="330781", starts_on=date(2022, 1, 1), value=amount,
            source="虚构的测试文件", now=stages.NOW, is_invented=True,
        )  # fmt: skip
        programs.approve_parameter(viewer=posts["second"], parameter_id=row.id, now=stages.NOW)
    return found


def contest(stage) -> dict[str, int]:
    """Weavers in two rounds; awards by the worker's number in the order of the practice marks."""
    stage.call("weaving-skills", {"rounds.0.pass_mark": "60", "rounds.1.pass_mark": "70"})
    stage.with_entries(5)
    stage.sit(2)
    for marks in ([90, 90, 90, 90, 50], [95, 90, 85, 80]):
        stage.open()
        judged = [one.id for one in queries.list_judged(None, stage.round.pk)]
        for juror in stage.jurors[:2]:
            stage.declare(juror)
            if len(judged) == 5:
                stage.mark(juror, *marks, entries=judged)
            else:
                parts = [{"quality": str(mark - 50), "speed": "30", "safety": "20"} for mark in marks]
                actions.score(viewer=juror, round_id=stage.round.pk, marks=dict(zip(judged, parts, strict=True)), now=stage.now)  # fmt: skip
        stage.close()
    stage.announce()
    stage.finish()
    return {award.skill_level: award.pk for award in Award.objects.order_by("-rank")}


def test_each_link_of_the_chain_is_counted_where_it_happens(stage):
    contest(stage)
    entries, honours = list(queries.entries_to_count()), list(queries.honours_to_count())
    assert [(one["contest"], one["day"]) for one in entries] == [("weaving-skills", stages.NOW.date())] * 5
    assert Counter(one["award"] for one in honours) == {"technician": 3, "senior": 1}, "one did not pass"
    assert {one["level"] for one in honours} == {"county"}, "of the union that gave it"
    assert {one["ref"] for one in honours} < {one["ref"] for one in entries}
    Entry.objects.filter(number=Entry.objects.first().number).update(state=EntryState.WITHDRAWN)
    assert len(list(queries.entries_to_count())) == 4, "who took it back did not take part"


def test_a_contest_gives_a_level_the_level_an_allowance_and_the_fund_pays_it(stage):
    awards = contest(stage)
    posts = stage.posts
    assert list(Award.objects.order_by("rank").values_list("skill_level", flat=True)) == [*["technician"] * 3, "senior"]
    weaver = Award.objects.get(pk=awards["technician"]).entry
    held = registry.highest_skill(weaver.person_id, asof=stage.now.date())
    assert (held.code, held.org_name) == ("technician", "兰溪市总工会")

    facts = {"is_textile_worker": True}
    give = {"award_id": awards["technician"], "facts": facts, "now": stage.now}
    with pytest.raises(problems.SecondPerson):
        actions.give_allowance(viewer=posts["officer"], **give)
    decision = actions.give_allowance(viewer=posts["second"], **give)
    assert decision.outcome is DecisionOutcome.GRANTED and decision.money == Decimal("1033.33")
    assert "no" in queries.get_award(posts["second"], awards["technician"]).allowance.refusal_en.lower()

    stages.budget(stage, posts["finance"], posts["third"], "skill-allowance", "62000.00")
    actions.give_allowance(viewer=posts["second"], **give)
    allowance = queries.get_award(posts["second"], awards["technician"]).allowance
    card = funds.get_reservation(allowance.reservation_id)
    assert (card.state, card.amount) == (ReservationState.RESERVED, Decimal("1033.33"))
    actions.give_allowance(viewer=posts["second"], **give)
    assert len(queries.get_award(posts["second"], awards["technician"]).grants) == 1
    fund_actions.approve(viewer=posts["third"], reservation_id=card.id, now=stage.now)
    assert list(queries.verify()) == []


def test_the_level_is_that_of_the_register_whatever_is_typed_and_outside_textiles_it_is_refused(stage):
    awards = contest(stage)
    give = {"viewer": stage.posts["second"], "award_id": awards["senior"], "now": stage.now}
    refused = actions.give_allowance(facts={"is_textile_worker": False, "skill_level": "chief_technician"}, **give)
    assert refused.outcome is DecisionOutcome.REFUSED
    unknown = actions.give_allowance(facts={}, **give)
    assert unknown.outcome is DecisionOutcome.CANNOT_TELL and not queries.get_award(give["viewer"], awards["senior"]).grants  # fmt: skip
    granted = actions.give_allowance(facts={"is_textile_worker": True, "skill_level": "chief_technician"}, **give)
    assert granted.money == Decimal("600.00")


def test_sixty_technicians_at_this_rate_stay_within_the_papers_62_000(stage):
    assert 60 * Decimal(AMOUNTS["technician"]) == Decimal("61999.80")
    contest(stage)
    stages.budget(stage, stage.posts["finance"], stage.posts["third"], "skill-allowance", "62000.00")
    for award in Award.objects.filter(skill_level="technician"):
        facts = {"is_textile_worker": True}
        actions.give_allowance(viewer=stage.posts["second"], award_id=award.pk, facts=facts, now=stage.now)
    (balances,) = funds.list_balances(stage.posts["finance"], year=stage.now.year, purpose="skill-allowance")
    assert balances.reserved == 3 * Decimal("1033.33")


def test_all_allowances_that_wait_are_foreseen_and_decided_at_once_each_by_its_pack(stage):
    contest(stage)
    second, facts = stage.posts["second"], {"is_textile_worker": True}
    stages.budget(stage, stage.posts["finance"], stage.posts["third"], "skill-allowance", "62000.00")
    told = {"contest_id": stage.contest_id, "facts": facts, "now": stage.now}
    foreseen = queries.list_waiting_allowances(second, **told)
    assert [(one.outcome, one.money) for one in foreseen] == [(DecisionOutcome.GRANTED, Decimal("1033.33"))] * 3 + [(DecisionOutcome.GRANTED, Decimal("600.00"))]  # fmt: skip
    assert all(one.decided is None for one in foreseen), "looking decides nothing"
    unknown = queries.list_waiting_allowances(second, **told | {"facts": {}})
    assert {one.outcome for one in unknown} == {DecisionOutcome.CANNOT_TELL} and all(one.because for one in unknown)

    ticked = [one.award.id for one in foreseen]
    with pytest.raises(problems.SecondPerson):
        actions.give_allowances(viewer=stage.posts["officer"], award_ids=ticked, **told)
    assert not queries.may_decide_allowances(stage.posts["officer"], stage.contest_id)
    assert queries.may_decide_allowances(second, stage.contest_id)
    with pytest.raises(problems.NotFound):
        actions.give_allowances(viewer=stage.town.other_county, award_ids=ticked, **told)

    given = actions.give_allowances(viewer=second, award_ids=ticked[:3], **told)
    assert [one.decision.money for one in given] == [Decimal("1033.33")] * 3
    (left,) = queries.list_waiting_allowances(second, **told)
    assert left.award.id == ticked[3], "who was left out waits on"
    assert len(actions.give_allowances(viewer=second, award_ids=ticked, **told)) == 1, "again, only what waits"
    assert actions.give_allowances(viewer=second, award_ids=ticked, **told) == []
    (balances,) = funds.list_balances(stage.posts["finance"], year=stage.now.year, purpose="skill-allowance")
    assert balances.reserved == 3 * Decimal("1033.33") + Decimal("600.00")
    assert list(queries.verify()) == []


def test_a_refused_allowance_says_why_and_keeps_none_of_the_others(stage):
    awards = contest(stage)
    second = stage.posts["second"]
    told = {"contest_id": stage.contest_id, "facts": {"is_textile_worker": False}, "now": stage.now}
    (one,) = actions.give_allowances(viewer=second, award_ids=[awards["senior"]], **told)
    assert one.decision.outcome is DecisionOutcome.REFUSED
    waiting = {one.award.id: one for one in queries.list_waiting_allowances(second, **told | {"facts": None})}
    assert waiting[awards["senior"]].decided.outcome is DecisionOutcome.REFUSED and waiting[awards["senior"]].decided.because  # fmt: skip
    assert len(waiting) == 4 and waiting[awards["technician"]].decided is None
