import random
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.files.tests import pictures
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow
from niangjia.apps.places import actions, problems, queries
from niangjia.apps.places import kinds as kinds_room
from niangjia.apps.places.kinds import kinds
from niangjia.apps.places.lifecycle import PlaceState, Step
from niangjia.apps.places.models import Measure, Pairing, Place, PlaceEvent
from niangjia.apps.places.nearest import is_open, metres_between
from niangjia.apps.places.types import Hours, PlaceFacts, Position, ProjectFacts
from niangjia.kernel.deployment import programs_folder
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
def province(officer) -> Viewer:
    return officer("P", Role.PROVINCE)


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
        details={"manager": "国道养护站", "is_all_day": True},
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


EVERYTHING = dict.fromkeys(kinds()["station"].asked, True)
LATER = date(2022, 12, 3)


def test_the_kinds_are_those_of_the_papers_and_speak_both_languages():
    assert {"station", "base", "venue", "bookhouse", "workstation", "roof"} <= set(kinds())
    assert len(kinds()["station"].checks) == len(kinds()["base"].checks) == 6
    assert len(kinds()["venue"].projects.checks) == 4, "E26: the four mechanisms"
    for one in kinds().values():
        pieces = [*one.equipment.values(), *one.checks.values(), *one.measures.values()]
        assert all(piece.title["zh"] and piece.title["en"] for piece in [one, *pieces])
        assert all(piece.unit for piece in one.measures.values()) and one.levels


def test_a_place_is_put_forward_accepted_from_above_inspected_lowered_and_closed(town, county, province, place):
    assert not queries.list_public(on=NOW.date()).exists()
    with pytest.raises(problems.OwnPlace):
        step(town, place, Step.LIST)
    step(county, place, Step.LIST)
    assert [one.name for one in queries.list_public(kind="station", area="3305", on=NOW.date())] == ["李家巷驿站"]
    assert Place.objects.get().inspect_by == date(2023, 11, 30)
    step(province, place, Step.RAISE, level="province")
    step(province, place, Step.LOWER, level="city", reason="复验未达省级标准")
    step(town, place, Step.SUSPEND, reason="装修")
    assert not queries.list_public(on=NOW.date()).exists()
    step(town, place, Step.REOPEN)
    step(town, place, Step.CLOSE, reason="拆迁")
    assert [row.kind for row in queries.list_history(county, place)] == [
        Step.CLOSE, Step.REOPEN, Step.SUSPEND, Step.LOWER, Step.RAISE, Step.LIST, Step.APPLY,
    ]  # fmt: skip
    assert list(queries.verify()) == []
    for taken in Step:
        if taken not in (Step.APPLY, Step.HAND_OVER):
            with pytest.raises(problems.NotPossibleNow):
                step(province, place, taken, level="province", reason="再来")


def test_an_inspection_that_finds_something_missing_says_what_to_mend_and_does_not_put_off_the_next(county, place):
    step(county, place, Step.LIST)
    Place.objects.update(inspect_by=date(2022, 12, 31))
    with pytest.raises(problems.NeedsReason):
        step(county, place, Step.INSPECT, findings=EVERYTHING | {"water": False})
    for day in (None, date(2022, 11, 2)):
        with pytest.raises(problems.NeedsMendBy):
            step(county, place, Step.INSPECT, findings=EVERYTHING | {"water": False}, reason="请补饮水机", mend_by=day)
    step(county, place, Step.INSPECT, findings=EVERYTHING | {"water": False}, reason="请补饮水机", mend_by=LATER)
    assert (Place.objects.get().inspect_by, Place.objects.get().mend_by) == (date(2022, 12, 31), LATER)
    assert queries.list_history(county, place)[0].missing == ("water",)
    step(county, place, Step.INSPECT, findings=EVERYTHING)
    assert (Place.objects.get().inspect_by, Place.objects.get().mend_by) == (date(2023, 11, 30), None)
    with pytest.raises(problems.NotPartOfKind):
        step(county, place, Step.INSPECT, findings=EVERYTHING | {"fridge": True}, reason="可选的不查", mend_by=LATER)


def test_what_an_inspection_does_not_say_was_not_found(county, place):
    step(county, place, Step.LIST)
    with pytest.raises(problems.NeedsReason):
        step(county, place, Step.INSPECT, findings={"water": True})


def test_two_officers_do_not_take_the_same_step_twice(county, place):
    step(county, place, Step.LIST)
    with pytest.raises(problems.NotPossibleNow):
        step(county, place, Step.SUSPEND, reason="装修", from_step=1)
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
        ({"name": " "}, problems.NoName),
        ({"details": {}}, problems.DetailMissing),
        ({"details": {"manager": "站", "sauna": "有"}}, problems.NotPartOfKind),
        ({"details": {"manager": "站", "indoor_m2": "很大"}}, problems.DetailUnread),
        ({"details": {"manager": "站", "indoor_m2": "-3"}}, problems.DetailUnread),
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


# --- notice, visits, levels ---


@pytest.fixture
def base(town, facts) -> int:
    told = replace(facts, kind="base", name="云上基地", level="county", equipment=(), details={"beds": "60"})
    return actions.apply_for_place(viewer=town, facts=told, key="base", now=NOW)


SIX = dict.fromkeys(kinds()["base"].checks, True)


def test_a_base_is_announced_before_it_is_named(county, base):
    with pytest.raises(problems.NoticeFirst):
        step(county, base, Step.LIST, findings=SIX)
    with pytest.raises(problems.NotAllFound):
        step(county, base, Step.ANNOUNCE, findings=SIX | {"safety": False})
    step(county, base, Step.ANNOUNCE, findings=SIX)
    assert Place.objects.get().announced_until == date(2022, 11, 10), "five working days after the third"
    assert [one.name for one in queries.list_announced(now=NOW)] == ["云上基地"] and not queries.list_public(
        on=NOW.date()
    ).exists()
    with pytest.raises(problems.StillAnnounced):
        step(county, base, Step.LIST)
    told = {"viewer": county, "place_id": base, "step": Step.LIST, "from_step": 2, "valid_until": date(2025, 11, 10)}
    actions.take_step(**told, now=datetime(2022, 11, 11, 1, 0, tzinfo=UTC))
    assert Place.objects.get().valid_until == date(2025, 11, 10) and list(queries.verify()) == []
    assert queries.list_places(county, attention="ending", late_on=date(2025, 10, 1)).count() == 1
    assert queries.list_places(county, attention="ending", late_on=date(2025, 9, 1)).count() == 0


def test_a_validity_in_the_past_is_not_taken(county, base):
    step(county, base, Step.ANNOUNCE, findings=SIX)
    later = datetime(2022, 11, 11, 1, 0, tzinfo=UTC)
    told = {"viewer": county, "place_id": base, "now": later}
    with pytest.raises(problems.ValidityIsPast) as refused:
        actions.take_step(**told, step=Step.LIST, from_step=2, valid_until=date(2022, 11, 10))
    assert "今天或以后" in refused.value.zh
    actions.take_step(**told, step=Step.LIST, from_step=2, valid_until=date(2022, 11, 11))
    with pytest.raises(problems.ValidityIsPast):
        actions.take_step(**told, step=Step.INSPECT, from_step=3, findings=SIX, valid_until=date(2020, 1, 1))
    assert Place.objects.get().valid_until == date(2022, 11, 11)


def test_a_kind_without_a_notice_is_not_announced(county, place):
    with pytest.raises(problems.NotPossibleNow):
        step(county, place, Step.ANNOUNCE)


def test_a_visit_asks_for_what_is_missing_by_a_day_and_who_keeps_the_place_says_it_is_mended(town, county, place):
    step(county, place, Step.LIST)
    with pytest.raises(problems.NothingToMend):
        step(town, place, Step.MEND, reason="没有要改的")
    step(county, place, Step.VISIT, findings=EVERYTHING | {"medicine": False}, reason="药箱过期", mend_by=LATER)
    with pytest.raises(problems.OwnPlace):
        step(town, place, Step.VISIT, findings=EVERYTHING)
    assert queries.list_places(county, attention="mending").count() == 1
    assert AuditEvent.objects.get(action="places.visit").detail["lacking"] is True
    with pytest.raises(problems.NeedsReason):
        step(town, place, Step.MEND)
    step(town, place, Step.MEND, reason="换了药箱")
    assert Place.objects.get().mend_by is None and list(queries.verify()) == []
    told = AuditEvent.objects.get(action="places.mend").detail
    assert told["told_org"] == county.org_id, "who came to look hears of it"


def test_a_level_is_named_and_taken_away_by_a_union_of_that_level_or_above(officer, county, province, place):
    step(county, place, Step.LIST)
    for viewer, level in ((county, "city"), (officer("HZ", Role.CITY), "province")):
        with pytest.raises(problems.NotYourLevel):
            step(viewer, place, Step.RAISE, level=level)
    step(province, place, Step.RAISE, level="province")
    with pytest.raises(problems.NotYourLevel):
        step(county, place, Step.LOWER, level="county", reason="复验未达标")


def test_what_may_be_done_next_is_what_the_standing_allows(officer, town, county, place):
    def steps(viewer: Viewer) -> set[Step]:
        return set(queries.steps_for(viewer, queries.get_place(viewer, place, now=NOW)))

    assert steps(town) == {Step.CLOSE, Step.HAND_OVER}
    assert steps(county) == {Step.LIST, Step.REFUSE, Step.CLOSE, Step.HAND_OVER}
    step(county, place, Step.LIST)
    assert steps(town) == {Step.SUSPEND, Step.CLOSE, Step.HAND_OVER}
    assert steps(county) == steps(town) | {Step.INSPECT, Step.VISIT}, "what is above its level is the city's to name"
    assert steps(officer("HZ", Role.CITY)) == steps(county) | {Step.RAISE}


def test_the_database_itself_keeps_what_happened(county, place):
    for change in (lambda: PlaceEvent.objects.update(reason="别的"), lambda: PlaceEvent.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
            change()


# --- photos ---


def test_a_photo_of_a_listed_place_is_for_everybody_and_of_any_other_for_who_sees_it(
    tree, town, county, officer, place
):
    kept = actions.keep_photo(viewer=town, place_id=place, content=pictures.jpeg(600, 400), now=NOW)
    number = Place.objects.get().number
    with pytest.raises(problems.NoSuchPlace):
        queries.open_public_photo(number, kept.key, is_small=False, now=NOW)
    assert actions.open_photo(viewer=county, place_id=place, key=kept.key, now=NOW).content.startswith(b"\xff\xd8")
    with pytest.raises(problems.NoSuchPlace):
        actions.open_photo(viewer=officer("DQ", Role.COUNTY), place_id=place, key=kept.key, now=NOW)
    step(county, place, Step.LIST)
    assert queries.open_public_photo(number, kept.key, is_small=True, now=NOW).card.key == kept.key
    actions.drop_photo(viewer=town, place_id=place, key=kept.key, now=NOW)
    assert queries.list_photos(place) == []


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
    day_and_night = Hours((1, 2, 3, 4, 5, 6, 7), time(0), time(0))
    assert is_open([day_and_night], local(2022, 11, 4, 0, 0)) and is_open([day_and_night], local(2022, 11, 4, 23, 59))


def test_the_distance_is_that_of_the_globe():
    hangzhou, ningbo = (30_274_100, 120_155_100), (29_868_300, 121_544_000)
    assert abs(metres_between(*hangzhou, *ningbo) - 141_200) < 1_000
    assert metres_between(*hangzhou, *hangzhou) == 0


degrees = st.tuples(st.integers(27_000_000, 31_000_000), st.integers(118_000_000, 123_000_000))


@settings(suppress_health_check=[HealthCheck.too_slow])
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
    assert queries.list_nearest(CHANGXING, now=NOW) == [] and not queries.list_public(on=NOW.date()).exists()
    assert queries.list_places(county).count() == 3
    finance = replace(county, role=Role.FINANCE)
    assert queries.list_places(finance).count() == 0


# --- use, rates, pairings ---


def test_use_is_told_by_month_corrected_in_sight_and_summed(town, county, place):
    def tell(month: str, value: str, **other) -> None:
        told = {other.get("measure", "visits"): Decimal(value)}
        actions.record_measures(viewer=town, place_id=place, month=Month(month), values=told, source="签到表", now=NOW)

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


@pytest.fixture
def venue(town, county, facts):
    """A listed venue that nobody runs with the union yet."""
    place_id = actions.apply_for_place(viewer=town, facts=replace(facts, kind="venue", name="文化宫", equipment=(), details={}), key="venue", now=NOW)  # fmt: skip
    step(county, place_id, Step.LIST)
    return place_id


PAPERS = {"minutes": "会议纪要〔2022〕3号", "opinion": "审查意见〔2022〕1号"}


def project(viewer: Viewer, place_id: int, name: str, **told: object) -> int:
    given = ProjectFacts(name, "某文化公司", "HT-1", date(2022, 1, 1), details=PAPERS)
    return actions.start_project(viewer=viewer, place_id=place_id, facts=replace(given, **told), key=name, now=NOW)


def test_the_rate_of_standard_operation_is_of_running_projects_and_not_of_venues(town, county, venue):
    """E26: at least nine tenths by 2025; a venue without a partner is no part of it, one with two partners is two."""
    four = dict.fromkeys(kinds()["venue"].projects.checks, True)
    assert queries.list_aims(county, "venue", today=NOW.date())[0].value is None, "nothing is run with anybody"
    courts, kitchen = project(town, venue, "球馆"), project(town, venue, "食堂")
    project(town, venue, "已结束", until=date(2022, 10, 31))
    assert queries.share_that_passed(county, "venue", today=NOW.date()) == (0, 2), "nobody has looked"
    actions.check_project(viewer=county, project_id=courts, findings=four, now=NOW)
    actions.check_project(viewer=county, project_id=kitchen, findings=four | {"control": False}, now=NOW)
    (aim,) = queries.list_aims(county, "venue", today=NOW.date())
    assert (aim.value, aim.is_met, aim.counted) == (Decimal("0.5"), False, 2)
    assert sorted(one["passed"] for one in queries.projects_to_count(NOW.date())) == [False, True]
    actions.check_project(viewer=county, project_id=kitchen, findings=four, now=NOW)
    assert queries.list_aims(county, "venue", today=NOW.date())[0].is_met


def test_the_gates_of_a_project_are_checked_by_a_union_above_and_anew_with_another_contract(town, county, venue):
    four = dict.fromkeys(kinds()["venue"].projects.checks, True)
    found = project(town, venue, "球馆")
    assert project(town, venue, "球馆") == found, "told twice it is one"
    with pytest.raises(problems.OwnPlace):
        actions.check_project(viewer=town, project_id=found, findings=four, now=NOW)
    actions.check_project(viewer=county, project_id=found, findings=four, now=NOW)
    (card,) = queries.list_projects(town, venue, today=NOW.date())
    assert (card.passed, card.is_running) == (True, True)
    actions.change_project(viewer=town, project_id=found, facts=replace(card.facts, until=date(2023, 12, 31)), now=NOW)
    assert queries.list_projects(town, venue, today=NOW.date())[0].passed, "its end changes nothing of what was found"
    actions.change_project(viewer=town, project_id=found, facts=replace(card.facts, contract="HT-2"), now=NOW)
    (card,) = queries.list_projects(town, venue, today=NOW.date())
    assert (card.passed, card.checked_at) == (False, None)


def test_a_project_needs_its_partner_contract_and_papers_and_a_kind_that_has_such(town, county, place, venue, officer):
    for wrong in ({"partner": " "}, {"contract": ""}, {"details": {}}, {"until": date(2021, 1, 1)}):
        with pytest.raises(problems.WrongPlace):
            project(town, venue, "球馆", **wrong)
    with pytest.raises(problems.NoProjects):
        project(town, place, "球馆")
    found = project(town, venue, "球馆")
    elsewhere = officer("DQ", Role.COUNTY)
    with pytest.raises(problems.NoSuchPlace):
        actions.check_project(viewer=elsewhere, project_id=found, findings={}, now=NOW)


def test_the_yearly_score_is_worked_out_from_its_criteria_and_never_typed(town, venue):
    """E26: the points come to a hundred by places.yaml; of a year that is not told whole no score is shown."""
    told = {"viewer": town, "place_id": venue, "month": Month("2022-01"), "source": "评价表", "now": NOW}
    points = {"public_hours": 30, "reach": 20, "favour": 20, "satisfaction": 12, "safety": 10}
    with pytest.raises(problems.WorkedOut):
        actions.record_measures(values={"benefit": Decimal(95)}, **told)
    with pytest.raises(problems.OverMost):
        actions.record_measures(values={"safety": Decimal("10.5")}, **told)
    actions.record_measures(values={name: Decimal(value) for name, value in points.items() if name != "safety"}, **told)
    assert not Measure.objects.filter(measure="benefit").exists()
    actions.record_measures(values={"safety": Decimal(10)}, **told)
    assert Measure.objects.get(measure="benefit").value == 92
    actions.record_measures(values={"safety": Decimal(8)}, **told)
    score = Measure.objects.get(measure="benefit")
    assert (score.value, score.was) == (90, 92)


def test_what_a_venue_told_of_its_one_project_before_is_a_project_now(town, county, venue):
    """What the upgrade moves: with what was last found of the gates; a venue that told of no project keeps its words."""
    told = {"project": "球馆合作", "contract": "HT-1", **PAPERS}
    Place.objects.filter(pk=venue).update(details=told, partner="某文化公司")
    place = Place.objects.get(pk=venue)
    four = dict.fromkeys(kinds()["venue"].projects.checks, True)
    PlaceEvent.objects.create(place=place, step=9, kind="INSPECT", level="county", findings=four, org_id=county.org_id, by_id=county.account_id, at=NOW)  # fmt: skip
    moving = import_module("niangjia.apps.places.migrations.0005_venues_keep_their_projects")
    for _again in range(2):
        moving.move(apps, None)
    (card,) = queries.list_projects(town, venue, today=NOW.date())
    assert (card.facts.name, card.facts.partner, card.facts.contract, card.passed) == (
        "球馆合作",
        "某文化公司",
        "HT-1",
        True,
    )
    assert card.facts.details == PAPERS and Place.objects.get(pk=venue).details == {}


@pytest.mark.parametrize("was, becomes", [("most: 30}", "most: 31}"), ("sum_of: public_hours", "sum_of: visits"), ("most: 30}", "decimals: 1}")])  # fmt: skip
def test_criteria_that_do_not_come_to_the_whole_are_refused_when_the_file_is_read(tmp_path, was, becomes):
    for name in ("places", "place_steps"):
        text = (programs_folder() / "vocabulary" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(ValueError, match="benefit"):
        kinds_room.read(tmp_path)


def test_the_fourteen_roofs_bring_at_least_two_thousand_yuan_each_a_year(tree, county):
    """E04, A14: 14 x 2,000 = 28,000 yuan a year; a roof without a whole year is not counted, whatever it brought."""
    rows = [
        Place(
            number=f"CS{number}", key=f"r{number}", kind="roof", name=f"屋顶{number}", org_id=county.org_id, area="330522", level="county",
            state=PlaceState.LISTED, listed_on=date(2020, 11, 1),
        )
        for number in range(15)
    ]  # fmt: skip
    places = Place.objects.bulk_create(rows)
    for place in places:
        for number in range(12 if place is not places[-1] else 5):
            told = {"place_id": place.pk, "month": Month("2022-10").plus(-number), "source": "结算单"}
            actions.record_measures(viewer=county, values={"income": Decimal("166.67")}, now=NOW, **told)
    (aim,) = queries.list_aims(county, "roof", today=NOW.date())
    assert (aim.counted, aim.value, aim.is_met) == (14, Decimal("2000.04"), True)
    total = queries.total_of(county, kind="roof", measure="income", first=date(2021, 11, 1), last=date(2022, 10, 31))
    assert total - Decimal("833.35") >= 28_000
    assert [one.total for one in queries.year_of(county, "roof", 2023)] == [None] * 5, "nothing told is no zero"


def test_aims_count_what_was_listed_and_named_in_their_year(county, province, place):
    new, best = queries.list_aims(county, "station", today=NOW.date())
    assert (new.value, best.value, new.is_met) == (0, 0, False)
    step(county, place, Step.LIST)
    step(province, place, Step.RAISE, level="province")
    assert [one.value for one in queries.list_aims(county, "station", today=NOW.date())] == [1, 1]


def test_several_measures_of_a_month_are_told_together_or_not_at_all(town, place):
    told = {"viewer": town, "place_id": place, "month": Month("2022-10"), "source": "表", "now": NOW}
    with pytest.raises(problems.NotPartOfKind):
        actions.record_measures(values={"visits": Decimal(3), "loans": Decimal(1)}, **told)
    assert not Measure.objects.exists()


def test_unions_that_recognise_each_other_count_who_was_sent_and_received(tree, officer):
    huzhou, shaoxing, deqing = officer("HZ", Role.CITY), officer("SX", Role.CITY), officer("DQ", Role.COUNTY)
    agreed = {
        "kind": "base",
        "with_org_id": shaoxing.org_id,
        "since": date(2022, 11, 1),
        "paper": "秀山丽水",
        "now": NOW,
    }
    pairing = actions.propose_pairing(viewer=huzhou, **agreed)
    assert (
        actions.propose_pairing(viewer=huzhou, **agreed)
        == pairing
        == actions.propose_pairing(viewer=shaoxing, **(agreed | {"with_org_id": huzhou.org_id}))
    )
    actions.confirm_pairing(viewer=shaoxing, pairing_id=pairing, now=NOW)
    told = {"pairing_id": pairing, "year": 2022, "source": "名册", "now": NOW}
    actions.record_sent(viewer=huzhou, persons=350, **told)
    actions.record_sent(viewer=huzhou, persons=352, **told)
    actions.record_sent(viewer=shaoxing, persons=352, is_received=True, **told)
    actions.record_sent(viewer=shaoxing, persons=40, **told)
    (ours,), (theirs,) = queries.list_pairings(huzhou)[0].years, queries.list_pairings(shaoxing)[0].years
    assert (ours.sent, ours.arrived, ours.received, ours.came, ours.differs) == (352, 352, None, 40, False)
    assert (theirs.sent, theirs.arrived, theirs.received, theirs.came) == (40, None, 352, 352)
    actions.record_sent(viewer=huzhou, persons=41, is_received=True, **told)
    assert queries.list_pairings(shaoxing)[0].years[0].differs, "who sent 40 is told that 41 were counted there"
    assert (queries.list_pairings(huzhou)[0].sent, queries.list_pairings(huzhou)[0].received) == (352, 41)
    assert queries.list_pairings(deqing) == []
    with pytest.raises(problems.NoSuchPairing):
        actions.record_sent(viewer=deqing, persons=1, **told)
    with pytest.raises(problems.MonthToCome):
        actions.record_sent(viewer=huzhou, persons=1, **(told | {"year": 2023}))
    with pytest.raises(problems.NotOneself):
        actions.propose_pairing(viewer=huzhou, **(agreed | {"with_org_id": huzhou.org_id}))
    on = {"kind": "base", "on": date(2022, 11, 2)}
    assert queries.recognises(tree["LX"].id, tree["SX"].id, **on), "what a city agreed holds for its towns"
    assert not queries.recognises(tree["LX"].id, tree["SX"].id, kind="base", on=date(2022, 10, 31))
    assert not queries.recognises(tree["LX"].id, tree["SX"].id, kind="venue", on=date(2022, 11, 2))
    with pytest.raises(problems.EndsBefore):
        actions.end_pairing(viewer=huzhou, pairing_id=pairing, until=date(2022, 10, 31), now=NOW)
    actions.end_pairing(viewer=shaoxing, pairing_id=pairing, until=date(2022, 11, 1), now=NOW)
    assert not queries.recognises(tree["LX"].id, tree["SX"].id, **on), "it ended the day before"


@pytest.fixture
def proposed(tree, officer):
    """Huzhou proposes to Shaoxing: who proposed, who is asked, and the pairing."""
    huzhou, shaoxing = officer("HZ", Role.CITY), officer("SX", Role.CITY)
    told = {"kind": "base", "with_org_id": shaoxing.org_id, "since": date(2022, 11, 1), "now": NOW}
    return huzhou, shaoxing, actions.propose_pairing(viewer=huzhou, **told)


def test_an_agreement_binds_nobody_before_the_other_union_has_confirmed_it(tree, proposed):
    ours, theirs, pairing = proposed
    of_ours = {"org_id": tree["LX"].id, "other_id": tree["SX"].id, "kind": "base", "on": date(2022, 11, 2)}
    told = {"pairing_id": pairing, "year": 2022, "persons": 3, "source": "名册", "now": NOW}
    assert not queries.recognises(**of_ours)
    for side in (ours, theirs):
        with pytest.raises(problems.NotAgreed):
            actions.record_sent(viewer=side, **told)
        with pytest.raises(problems.NotAgreed):
            actions.end_pairing(viewer=side, pairing_id=pairing, until=date(2022, 12, 1), now=NOW)
    with pytest.raises(problems.AnswerIsTheOthers):
        actions.confirm_pairing(viewer=ours, pairing_id=pairing, now=NOW)
    for _again in range(2):
        actions.confirm_pairing(viewer=theirs, pairing_id=pairing, now=NOW)
    assert queries.recognises(**of_ours)
    actions.record_sent(viewer=ours, **told)
    with pytest.raises(problems.NotAgreed):
        actions.decline_pairing(viewer=theirs, pairing_id=pairing, reason="改主意了", now=NOW)
    asked, answered = AuditEvent.objects.filter(object=f"pairing:{pairing}").order_by("seq")[:2]
    assert (asked.action, asked.detail["told_org"]) == ("places.propose_pairing", theirs.org_id)
    assert (answered.action, answered.detail["told_org"]) == ("places.confirm_pairing", ours.org_id)


def test_an_agreement_that_is_declined_says_why_and_can_be_proposed_anew(proposed):
    ours, theirs, pairing = proposed
    with pytest.raises(problems.NeedsReason):
        actions.decline_pairing(viewer=theirs, pairing_id=pairing, reason=" ", now=NOW)
    for _again in range(2):
        actions.decline_pairing(viewer=theirs, pairing_id=pairing, reason="床位不够", now=NOW)
    (row,) = queries.list_pairings(ours)
    assert (row.state, row.reason, row.is_answered_by_us) == ("DECLINED", "床位不够", False)
    with pytest.raises(problems.NotAgreed):
        actions.confirm_pairing(viewer=theirs, pairing_id=pairing, now=NOW)
    told = {"kind": "base", "with_org_id": theirs.org_id, "since": date(2022, 11, 1), "now": NOW}
    anew = actions.propose_pairing(viewer=ours, **told)
    assert anew != pairing
    actions.decline_pairing(viewer=ours, pairing_id=anew, reason="先不签了", now=NOW)
    assert [one.is_answered_by_us for one in queries.list_pairings(ours)] == [True, False]


def test_only_unions_of_county_level_and_above_agree_with_each_other(tree, town, county, officer):
    told = {"kind": "base", "since": date(2022, 11, 1), "now": NOW}
    for viewer in (town, officer("LX", Role.GRASSROOTS)):
        with pytest.raises(NotAllowed):
            actions.propose_pairing(viewer=viewer, with_org_id=tree["SX"].id, **told)
    with pytest.raises(problems.NoPartner):
        actions.propose_pairing(viewer=county, with_org_id=tree["LX"].id, **told)
    pairing = actions.propose_pairing(viewer=officer("SX", Role.CITY), with_org_id=county.org_id, **told)
    with pytest.raises(NotAllowed):
        actions.confirm_pairing(viewer=officer("CX", Role.FINANCE), pairing_id=pairing, now=NOW)


def test_a_union_outside_the_house_is_named_with_who_confirmed_and_the_document(county):
    told = {"kind": "base", "partner": "某市总工会", "since": date(2022, 11, 1), "now": NOW}
    for lacking in ({"confirmed_by": "", "paper": "长三角互送1号"}, {"confirmed_by": "某主席", "paper": " "}):
        with pytest.raises(problems.PaperMissing):
            actions.pair_outside(viewer=county, **told, **lacking)
    told |= {"confirmed_by": "某主席", "paper": "长三角互送1号"}
    pairing = actions.pair_outside(viewer=county, **told)
    assert actions.pair_outside(viewer=county, **told) == pairing
    actions.record_sent(viewer=county, pairing_id=pairing, year=2022, persons=30, source="名册", now=NOW)
    counted = {"pairing_id": pairing, "year": 2022, "source": "名册", "now": NOW}
    actions.record_sent(viewer=county, persons=12, is_received=True, **counted)
    (row,) = queries.list_pairings(county)
    assert (row.with_name, row.is_outside, row.sent, row.received) == ("某市总工会", True, 30, 12)


def test_the_table_refuses_an_agreement_of_one_hand(proposed):
    ours, _theirs, pairing = proposed
    for wrong in ({"answered_by_id": ours.org_id}, {"answered_by_id": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pairing.objects.filter(pk=pairing).update(state="CONFIRMED", **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.filter(pk=pairing).update(second=None)


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
        (lambda: Place.objects.update(mend_by=LATER), "PLACE_MEND"),
        (lambda: Measure.objects.update(measure="loans"), "PLACE_MEASURE"),
    ],
)
def test_verify_tells_what_was_altered(town, county, place, spoil, rule):
    step(county, place, Step.LIST)
    five = {"visits": Decimal(5)}
    actions.record_measures(viewer=town, place_id=place, month=Month("2022-10"), values=five, source="表", now=NOW)
    assert list(queries.verify()) == []
    spoil()
    assert rule in {found.rule for found in queries.verify()}


@pytest.fixture
def roof(county) -> int:
    told = {"key": "roof", "kind": "roof", "name": "屋顶", "area": "330522", "level": "county"}
    return Place.objects.create(
        number="CS-R", org_id=county.org_id, state=PlaceState.LISTED, listed_on=date(2020, 11, 1), **told
    ).pk


def month_of_sun(county, roof: int, **values: str) -> None:
    told = {name: Decimal(value) for name, value in values.items()}
    actions.record_measures(viewer=county, place_id=roof, month=Month("2022-10"), values=told, source="结算单", now=NOW)


SUN = {"generated": "400", "self_used": "100", "exported": "300", "tariff": "0.4153", "income": "124.59"}


def test_a_roofs_month_balances_and_keeps_its_tariff_to_four_decimals(county, roof):
    month_of_sun(county, roof, **SUN)
    assert Measure.objects.get(measure="tariff").value == Decimal("0.4153")
    tariff = next(one for one in queries.year_of(county, "roof", 2022) if one.measure == "tariff")
    assert (tariff.by_month[9], tariff.total) == (Decimal("0.4153"), None), "a price is not added up"


@pytest.mark.parametrize(
    ("change", "figures"),
    [
        ({"self_used": "97.9"}, ("397.9", "400")), ({"self_used": "102.1"}, ("402.1", "400")), ({"income": "124.65"}, ("124.59", "124.65")),
        ({"tariff": "0.5"}, ("150", "124.59")),
    ],
)  # fmt: skip
def test_figures_that_do_not_add_up_are_refused_with_both_of_them_in_the_sentence(county, roof, change, figures):
    with pytest.raises(problems.DoesNotBalance) as refusal:
        month_of_sun(county, roof, **SUN | change)
    assert all(one in sentence for one in figures for sentence in (refusal.value.zh, refusal.value.en))
    assert not Measure.objects.exists(), "nothing of that month is kept"


def test_meters_read_to_whole_kilowatt_hours_differ_by_what_the_kind_allows_and_no_more(county, roof):
    month_of_sun(county, roof, **SUN | {"self_used": "98"})
    with pytest.raises(problems.DoesNotBalance):
        month_of_sun(county, roof, generated="397.99", self_used="100")


def test_a_correction_has_to_fit_what_was_told_before_and_one_figure_alone_is_not_judged(county, roof):
    month_of_sun(county, roof, generated="400", self_used="100")
    with pytest.raises(problems.DoesNotBalance, match="310"):
        month_of_sun(county, roof, exported="210")
    month_of_sun(county, roof, exported="300")
    month_of_sun(county, roof, generated="500", exported="400")


@given(used=st.integers(0, 5000), sold=st.integers(0, 5000), off=st.integers(-9, 9))
def test_a_balance_holds_exactly_within_its_tolerance(used, sold, off):
    balance = next(one for one in kinds()["roof"].balances if one.equals == "generated")
    told = {"self_used": Decimal(used), "exported": Decimal(sold), "generated": Decimal(used + sold + off)}
    assert balance.holds(told) == (abs(off) <= balance.within)


def test_a_price_has_four_decimals_and_a_count_of_visits_two(county, roof):
    with pytest.raises(problems.TooManyDecimals, match="4"):
        month_of_sun(county, roof, tariff="0.41535")
    with pytest.raises(problems.TooManyDecimals, match="2"):
        month_of_sun(county, roof, income="1.234")


# --- steps are data ---

NEW_KIND = """
reading_corner:
  title: {zh: 读书角, en: reading corner}
  is_public: true
  levels: [county, city]
  checks:
    books: {zh: 有书, en: books}
  steps:
    list: {from_above: false, names_level: false}
    suspend: null
    reopen: null
    raise: null
    lower: null
    close: {from: [listed], from_above: true}
"""


@pytest.fixture
def corners(monkeypatch, tmp_path):
    """A city's own kind, written into a copy of the vocabulary."""
    shipped = kinds_room.programs_folder() / "vocabulary"
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "place_steps.yaml").write_text(
        (shipped / "place_steps.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "vocabulary" / "places.yaml").write_text(
        (shipped / "places.yaml").read_text(encoding="utf-8") + NEW_KIND, encoding="utf-8"
    )
    monkeypatch.setattr(kinds_room, "programs_folder", lambda: tmp_path)
    kinds.cache_clear()
    yield tmp_path / "vocabulary" / "places.yaml"
    kinds.cache_clear()


def test_a_new_kind_with_steps_of_its_own_needs_no_line_of_code(corners, town, county, tree):
    facts = PlaceFacts(kind="reading_corner", name="车间读书角", org_id=town.org_id, area="330522", level="county")
    place = actions.apply_for_place(viewer=town, facts=facts, key="corner", now=NOW)
    step(town, place, Step.LIST)  # this kind lets the keeper list it
    assert queries.get_place(county, place, now=NOW).state == "LISTED"
    for no_step in (Step.SUSPEND, Step.RAISE, Step.LOWER):
        with pytest.raises(problems.NotPossibleNow):
            step(county, place, no_step, reason="理由", level="city")
    with pytest.raises(problems.OwnPlace):
        step(town, place, Step.CLOSE, reason="理由")
    assert {Step.SUSPEND, Step.RAISE, Step.LOWER, Step.CLOSE}.isdisjoint(
        queries.steps_for(town, queries.get_place(town, place, now=NOW))
    )
    step(county, place, Step.CLOSE, reason="不用了")
    assert [one.rule for one in queries.verify()] == []


@pytest.mark.parametrize(
    ("wrong", "words"), [("vanish: {}", "vanish"), ("list: {by: x}", "by"), ("list: {to: closed}", "list")]
)
def test_steps_that_nobody_knows_are_found_when_the_file_is_read(corners, wrong, words):
    corners.write_text(
        corners.read_text(encoding="utf-8")
        .replace("suspend: null", wrong)
        .replace("list: {from_above: false, names_level: false}", "mend: {}"),
        encoding="utf-8",
    )
    kinds.cache_clear()
    with pytest.raises(ValueError, match=words):
        kinds()


# --- leases ---


@pytest.fixture
def lease(county) -> int:
    facts = PlaceFacts(
        kind="lease", name="文化宫 3 号铺", org_id=county.org_id, area="330522", level="county",
        details={"tenant": "早餐店", "contract": "ZL-3", "starts_on": "2022-01-01", "ends_on": "2022-12-31", "monthly_rent": "2400"},
    )  # fmt: skip
    place_id = actions.apply_for_place(viewer=county, facts=facts, key="lease", now=NOW)
    step(county, place_id, Step.LIST)
    return place_id


def test_a_lease_stands_as_long_as_it_says_and_is_among_the_warnings_before_it_ends(county, lease):
    """E17: the union that owns the premises enters the lease itself; no inspection, no notice."""
    card = queries.get_place(county, lease, now=NOW)
    assert (card.state, card.valid_until, card.inspect_by) == (PlaceState.LISTED, date(2022, 12, 31), None)
    today = date(2022, 11, 2)  # sixty days before the day after its last
    assert [one.ending for one in queries.count_by_kind(county, today=date(2022, 11, 1))] == [0]
    assert [one.ending for one in queries.count_by_kind(county, today=today)] == [1]


def test_a_lease_that_is_prolonged_ends_later_and_none_ends_before_it_begins(county, lease):
    def tell(**details: str) -> PlaceFacts:
        told = {"tenant": "早餐店", "contract": "ZL-3", "starts_on": "2022-01-01", "monthly_rent": "2400", **details}
        return PlaceFacts(
            kind="lease", name="文化宫 3 号铺", org_id=county.org_id, area="330522", level="county", details=told
        )

    at = queries.get_place(county, lease, now=NOW).step
    actions.change_place(viewer=county, place_id=lease, facts=tell(ends_on="2023-12-31"), from_step=at, now=NOW)
    card = queries.get_place(county, lease, now=NOW)
    assert card.valid_until == date(2023, 12, 31)
    with pytest.raises(problems.EndsBefore):
        actions.change_place(
            viewer=county, place_id=lease, facts=tell(ends_on="2021-12-31"), from_step=card.step, now=NOW
        )
    one_day = tell(ends_on="2022-01-01")
    actions.change_place(viewer=county, place_id=lease, facts=one_day, from_step=card.step, now=NOW)


def test_a_months_rent_is_what_was_paid_given_up_and_is_owed(county, lease):
    def tell(**values: str) -> None:
        told = {name: Decimal(value) for name, value in values.items()}
        actions.record_measures(
            viewer=county, place_id=lease, month=Month("2022-10"), values=told, source="台账", now=NOW
        )

    with pytest.raises(problems.DoesNotBalance, match="2400"):
        tell(due="2400", waived="1200", paid="1000", owed="0")
    tell(due="2400", waived="1200", paid="1000", owed="200")
    whole = {"kind": "lease", "measure": "waived", "first": date(2022, 1, 1), "last": date(2022, 12, 31)}
    assert queries.total_of(county, **whole) == Decimal("1200")


def test_nobody_outside_reads_a_lease(county, lease):
    assert not queries.list_public(on=NOW.date()).exists()
    with pytest.raises(problems.NoSuchPlace):
        queries.get_public(queries.get_place(county, lease, now=NOW).number, now=NOW)


@pytest.mark.parametrize("wrong", ["valid_until: nothing", "valid_until: tenant"])
def test_a_kinds_last_day_is_a_date_that_is_asked(corners, wrong):
    corners.write_text(corners.read_text(encoding="utf-8").replace("valid_until: ends_on", wrong), encoding="utf-8")
    kinds.cache_clear()
    with pytest.raises(ValueError, match="lease lasts"):
        kinds()
