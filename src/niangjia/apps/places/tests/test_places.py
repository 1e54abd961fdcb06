import random
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow
from niangjia.apps.places import actions, problems, queries
from niangjia.apps.places.kinds import kinds
from niangjia.apps.places.lifecycle import PlaceState, Step
from niangjia.apps.places.models import Measure, Place, PlaceEvent
from niangjia.apps.places.nearest import is_open, metres_between
from niangjia.apps.places.types import Hours, PlaceFacts, Position
from niangjia.kernel.months import Month

NOW = datetime(2022, 11, 3, 1, 0, tzinfo=UTC)  # 9:00 in Zhejiang, a Thursday
WEEK = Hours((1, 2, 3, 4, 5), time(8), time(20))
CHANGXING = Position(Decimal("31.0269"), Decimal("119.9107"))


@pytest.fixture
def tree(db) -> dict[str, object]:
    rows = [
        ("P", "", "浙江省总工会", "province", "330000"), ("HZ", "P", "湖州市总工会", "city", "330500"),
        ("CX", "HZ", "长兴县总工会", "county", "330522"), ("LX", "CX", "李家巷镇总工会", "town", "330522101"),
        ("DQ", "HZ", "德清县总工会", "county", "330521"), ("SX", "P", "绍兴市总工会", "city", "330600"),
    ]  # fmt: skip
    organizations.receive_unions([UnionRow(*row) for row in rows])
    return unions.load_by_code()


@pytest.fixture
def officer(tree):
    def officer(code: str, role: Role) -> Viewer:
        name = f"{code}-{role}".lower()
        known = accounts.create_account(viewer=None, username=name, name=name, password="four horses in a row", now=NOW)
        return Viewer(known, 1, name, role, tree[code].id, tree[code].path)

    return officer


@pytest.fixture
def town(officer) -> Viewer:
    return officer("LX", Role.TOWNSHIP)


@pytest.fixture
def county(officer) -> Viewer:
    return officer("CX", Role.COUNTY)


@pytest.fixture
def facts(tree) -> PlaceFacts:
    return PlaceFacts(
        "station",
        "李家巷驿站",
        tree["LX"].id,
        "330522101",
        "county",
        "国道旁1号",
        CHANGXING,
        (WEEK,),
        ("water", "table"),
    )


@pytest.fixture
def place(town, facts) -> int:
    return actions.apply_for_place(viewer=town, facts=facts, key="one", now=NOW)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Shanghai"))


def step(viewer: Viewer, place_id: int, taken: Step, **told) -> None:
    now_at = Place.objects.get(pk=place_id).step
    actions.take_step(
        viewer=viewer, place_id=place_id, step=taken, from_step=told.pop("from_step", now_at), now=NOW, **told
    )


EVERYTHING = {
    name: True
    for name in [
        *kinds()["station"].checks,
        *(one.id for one in kinds()["station"].equipment.values() if one.is_needed),
    ]
}


def test_the_kinds_are_those_of_the_papers_and_speak_both_languages():
    assert {"station", "base", "venue", "bookhouse", "workstation", "roof"} <= set(kinds())
    assert len(kinds()["station"].checks) == len(kinds()["base"].checks) == 6
    assert len(kinds()["venue"].checks) == 4, "E26: the four mechanisms"
    for one in kinds().values():
        pieces = [*one.equipment.values(), *one.checks.values(), *one.measures.values()]
        assert all(piece.title["zh"] and piece.title["en"] for piece in [one, *pieces])
        assert all(piece.unit for piece in one.measures.values()) and one.levels


def test_a_place_is_put_forward_accepted_from_above_inspected_lowered_and_closed(town, county, place):
    assert not queries.list_public().exists()
    with pytest.raises(problems.OwnPlace):
        step(town, place, Step.LIST)
    step(county, place, Step.LIST)
    assert [one.name for one in queries.list_public(kind="station", area="3305")] == ["李家巷驿站"]
    assert Place.objects.get().inspect_by == date(2023, 11, 30)
    step(county, place, Step.RAISE, level="province")
    step(county, place, Step.LOWER, level="city", reason="复验未达省级标准")
    step(town, place, Step.SUSPEND, reason="装修")
    assert not queries.list_public().exists()
    step(town, place, Step.REOPEN)
    step(town, place, Step.CLOSE, reason="拆迁")
    assert [row.kind for row in queries.list_history(county, place)] == [
        Step.CLOSE, Step.REOPEN, Step.SUSPEND, Step.LOWER, Step.RAISE, Step.LIST, Step.APPLY,
    ]  # fmt: skip
    assert list(queries.verify()) == []
    for taken in Step:
        if taken not in (Step.APPLY, Step.HAND_OVER):
            with pytest.raises(problems.NotPossibleNow):
                step(county, place, taken, level="province", reason="再来")


def test_an_inspection_that_finds_something_missing_says_what_to_mend_and_does_not_put_off_the_next(county, place):
    step(county, place, Step.LIST)
    Place.objects.update(inspect_by=date(2022, 12, 31))
    with pytest.raises(problems.NeedsReason):
        step(county, place, Step.INSPECT, findings=EVERYTHING | {"water": False})
    step(county, place, Step.INSPECT, findings=EVERYTHING | {"water": False}, reason="请补饮水机")
    assert Place.objects.get().inspect_by == date(2022, 12, 31)
    assert queries.list_history(county, place)[0].findings["water"] is False
    step(county, place, Step.INSPECT, findings=EVERYTHING)
    assert Place.objects.get().inspect_by == date(2023, 11, 30)
    with pytest.raises(problems.NotPartOfKind):
        step(county, place, Step.INSPECT, findings=EVERYTHING | {"fridge": True}, reason="可选的不查")


def test_what_an_inspection_does_not_say_was_not_found(county, place):
    step(county, place, Step.LIST)
    with pytest.raises(problems.NeedsReason):
        step(county, place, Step.INSPECT, findings={"water": True})


def test_two_officers_do_not_take_the_same_step_twice(county, place):
    step(county, place, Step.LIST)
    with pytest.raises(problems.NotPossibleNow):
        step(county, place, Step.RAISE, level="province", from_step=1)
    assert PlaceEvent.objects.count() == 2


def test_putting_forward_twice_makes_one_place(town, facts, place):
    assert actions.apply_for_place(viewer=town, facts=replace(facts, name="别名"), key="one", now=NOW) == place
    assert Place.objects.get().name == "李家巷驿站"
    assert AuditEvent.objects.filter(action="places.apply").count() == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "castle"}, problems.NoSuchKind),
        ({"level": "national"}, problems.LevelUnknown),
        ({"equipment": ("sauna",)}, problems.NotPartOfKind),
        ({"position": Position(Decimal("39.9"), Decimal("116.4"))}, problems.Outside),
        ({"position": Position(Decimal("119.9"), Decimal("31.0"))}, problems.Outside),
        ({"hours": (Hours((8,), WEEK.opens, WEEK.closes),)}, problems.WrongHours),
        ({"hours": (Hours((1,), WEEK.opens, WEEK.opens),)}, problems.WrongHours),
        ({"household_id": 7}, problems.HouseholdOrNot),
        ({"kind": "roof"}, problems.HouseholdOrNot),
    ],
)
def test_what_does_not_fit_the_kind_is_refused_and_nothing_is_kept(town, facts, change, problem):
    with pytest.raises(problem) as refused:
        actions.apply_for_place(viewer=town, facts=replace(facts, **change), key="two", now=NOW)
    assert refused.value.zh.endswith("。") and refused.value.en.endswith(".")
    assert not Place.objects.exists()


def test_a_union_sees_and_keeps_its_own_part_of_the_tree_alone(tree, officer, place, facts):
    other = officer("DQ", Role.COUNTY)
    with pytest.raises(problems.NoSuchPlace):
        queries.get_place(other, place, now=NOW)
    with pytest.raises(problems.NoSuchPlace):
        step(other, place, Step.LIST)
    with pytest.raises(problems.NoSuchPlace):
        actions.apply_for_place(viewer=other, facts=facts, key="two", now=NOW)
    assert not queries.list_places(other).exists() and queries.list_places(officer("HZ", Role.CITY)).count() == 1
    with pytest.raises(NotAllowed):
        queries.list_places(officer("LX", Role.WORKER))
    with pytest.raises(NotAllowed):
        actions.apply_for_place(viewer=officer("LX", Role.FINANCE), facts=facts, key="two", now=NOW)


def test_a_place_goes_to_another_union_with_a_reason(tree, county, officer, place):
    step(county, place, Step.LIST)
    hand = {"viewer": county, "place_id": place, "from_step": 2, "now": NOW}
    with pytest.raises(problems.NoSuchPlace):
        actions.hand_over(**hand, to_org_id=tree["DQ"].id, reason="划转")
    with pytest.raises(problems.NeedsReason):
        actions.hand_over(**hand, to_org_id=tree["CX"].id, reason=" ")
    actions.hand_over(**hand, to_org_id=tree["CX"].id, reason="划转")
    assert Place.objects.get().org_id == tree["CX"].id and list(queries.verify()) == []


# --- what is near and open ---


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (local(2022, 11, 3, 8, 0), True), (local(2022, 11, 3, 7, 59), False), (local(2022, 11, 3, 20, 0), False),
        (local(2022, 11, 5, 9, 0), False),
    ],
)  # fmt: skip
def test_a_place_is_open_from_the_minute_it_opens_to_the_minute_it_closes(at, expected):
    assert is_open([WEEK], at) is expected


def test_a_line_over_midnight_belongs_to_the_day_it_began():
    night = Hours((5,), WEEK.closes, WEEK.opens)  # Friday 20:00 to Saturday 8:00
    assert is_open([night], local(2022, 11, 4, 23, 0)) and is_open([night], local(2022, 11, 5, 7, 59))
    assert not is_open([night], local(2022, 11, 4, 7, 0)) and not is_open([night], local(2022, 11, 5, 20, 0))
    assert is_open([], local(2022, 11, 4, 23, 0)) is None, "nobody told the hours"


def test_the_distance_is_that_of_the_globe():
    hangzhou, ningbo = (30_274_100, 120_155_100), (29_868_300, 121_544_000)
    assert abs(metres_between(*hangzhou, *ningbo) - 141_200) < 1_000
    assert metres_between(*hangzhou, *hangzhou) == 0


degrees = st.tuples(st.integers(27_000_000, 31_000_000), st.integers(118_000_000, 123_000_000))


@given(degrees, degrees, degrees)
def test_no_way_round_is_shorter(a, b, c):
    assert metres_between(*a, *b) == metres_between(*b, *a)
    assert metres_between(*a, *c) <= metres_between(*a, *b) + metres_between(*b, *c) + 2


def scatter(tree, count: int) -> list[Place]:
    draw = random.Random(7)
    rows = [
        Place(
            number=f"CS{number}", key=f"k{number}", kind="station", name=f"驿站{number}", org_id=tree["LX"].id, area="330522101", level="county",
            latitude=draw.randint(27_100_000, 31_100_000), longitude=draw.randint(118_100_000, 122_900_000), listed_on=date(2022, 1, 1),
            state=draw.choice([PlaceState.LISTED] * 9 + [PlaceState.SUSPENDED]),
            hours=[{"days": [1, 2, 3, 4, 5], "opens": "08:00", "closes": draw.choice(["08:30", "20:00"])}],
        )
        for number in range(count)
    ]  # fmt: skip
    return Place.objects.bulk_create(rows)


def test_the_nearest_open_places_are_the_nearest_of_all_that_are_listed_and_open(tree):
    rows = scatter(tree, 400)
    here = (round(CHANGXING.latitude * 10**6), round(CHANGXING.longitude * 10**6))
    open_now = [row for row in rows if row.state == PlaceState.LISTED and row.hours[0]["closes"] == "20:00"]
    by_hand = sorted((metres_between(*here, row.latitude, row.longitude), row.pk) for row in open_now)[:10]
    found = queries.list_nearest(CHANGXING, only_open=True, now=NOW)
    assert [(one.metres, one.id) for one in found] == by_hand and all(one.is_open for one in found)
    assert queries.list_nearest(CHANGXING, kind="bookhouse", now=NOW) == []


def test_a_households_roof_is_never_near_anybody(tree, county, db):
    scatter(tree, 3)
    Place.objects.update(kind="roof", state=PlaceState.LISTED)
    assert queries.list_nearest(CHANGXING, now=NOW) == [] and not queries.list_public().exists()
    assert queries.list_places(county).count() == 3
    finance = replace(county, role=Role.FINANCE)
    assert queries.list_places(finance).count() == 0


# --- use, rates, pairings ---


def test_use_is_told_by_month_corrected_in_sight_and_summed(town, county, place):
    def tell(month: str, value: str, **other) -> None:
        actions.record_measure(
            viewer=town, place_id=place, measure=other.get("measure", "visits"), month=Month(month), value=Decimal(value), source="签到表", now=NOW
        )  # fmt: skip

    tell("2022-09", "120")
    tell("2022-10", "100")
    tell("2022-10", "100")
    tell("2022-10", "110")
    assert [(row.value, row.was) for row in queries.list_measures(county, place)] == [(110, 100), (120, None)]
    year = {"kind": "station", "measure": "visits", "first": date(2022, 1, 1), "last": date(2022, 12, 31)}
    assert queries.total_of(county, **year) == Decimal("230.00")
    for month, value, other in (("2022-12", "1", {}), ("2022-10", "-1", {}), ("2022-10", "1", {"measure": "loans"})):
        with pytest.raises(problems.WrongPlace):
            tell(month, value, **other)
    assert Measure.objects.count() == 2


def test_the_rate_of_standard_operation_counts_those_that_passed_all_four_at_their_last_inspection(tree, county, facts):
    """E26: at least nine tenths of the venues by 2025."""
    four = dict.fromkeys(kinds()["venue"].checks, True)
    for number, findings in enumerate([four, four, four | {"review": False}, None]):
        venue = replace(facts, kind="venue", name=f"文化宫{number}", equipment=())
        place_id = actions.apply_for_place(viewer=county, facts=venue, key=f"v{number}", now=NOW)
        step(county, place_id, Step.LIST)
        if findings:
            step(county, place_id, Step.INSPECT, findings=findings, reason="补审查意见")
    assert queries.share_that_passed(county, "venue") == (2, 4)
    step(county, place_id, Step.INSPECT, findings=four)
    assert queries.share_that_passed(county, "venue") == (3, 4)


def test_unions_that_recognise_each_other_count_who_was_sent_and_received(tree, officer):
    huzhou, shaoxing, deqing = officer("HZ", Role.CITY), officer("SX", Role.CITY), officer("DQ", Role.COUNTY)
    told = {"kind": "base", "with_org_id": shaoxing.org_id, "since": date(2022, 11, 1), "paper": "秀山丽水", "now": NOW}
    pairing = actions.pair(viewer=huzhou, **told)
    assert (
        actions.pair(viewer=huzhou, **told)
        == pairing
        == actions.pair(viewer=shaoxing, **(told | {"with_org_id": huzhou.org_id}))
    )
    actions.record_sent(viewer=huzhou, pairing_id=pairing, year=2022, persons=350, source="名册", now=NOW)
    actions.record_sent(viewer=huzhou, pairing_id=pairing, year=2022, persons=352, source="名册", now=NOW)
    assert queries.list_pairings(huzhou)[0].sent == queries.list_pairings(shaoxing)[0].received == {2022: 352}
    assert queries.list_pairings(shaoxing)[0].sent == {} and queries.list_pairings(deqing) == []
    with pytest.raises(problems.NoSuchPlace):
        actions.record_sent(viewer=deqing, pairing_id=pairing, year=2022, persons=1, source="", now=NOW)
    with pytest.raises(problems.NotOneself):
        actions.pair(viewer=huzhou, **(told | {"with_org_id": huzhou.org_id}))
    on = {"kind": "base", "on": date(2022, 11, 2)}
    assert queries.recognises(tree["LX"].id, tree["SX"].id, **on), "what a city agreed holds for its towns"
    assert not queries.recognises(tree["LX"].id, tree["SX"].id, kind="base", on=date(2022, 10, 31))
    assert not queries.recognises(tree["LX"].id, tree["SX"].id, kind="venue", on=date(2022, 11, 2))


def test_counts_by_kind_tell_what_waits_and_what_is_late(county, place):
    (count,) = queries.count_by_kind(county, today=date(2022, 11, 3))
    assert (count.kind, count.applied, count.listed, count.late) == ("station", 1, 0, 0)
    step(county, place, Step.LIST)
    (count,) = queries.count_by_kind(county, today=date(2023, 12, 1))
    assert (count.applied, count.listed, count.late) == (0, 1, 1)
    assert queries.list_places(county, late_on=date(2023, 12, 1)).count() == 1


# --- what must always be so ---


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda: Place.objects.update(state=PlaceState.SUSPENDED), "PLACE_STATE"),
        (lambda: Place.objects.update(level="galaxy"), "PLACE_KIND"),
        (lambda: Place.objects.update(kind="roof"), "PLACE_HOUSEHOLD"),
        (lambda: Measure.objects.update(measure="loans"), "PLACE_MEASURE"),
    ],
)
def test_verify_tells_what_was_altered(town, county, place, spoil, rule):
    step(county, place, Step.LIST)
    actions.record_measure(
        viewer=town, place_id=place, measure="visits", month=Month("2022-10"), value=Decimal(5), source="表", now=NOW
    )
    assert list(queries.verify()) == []
    spoil()
    assert rule in {found.rule for found in queries.verify()}
