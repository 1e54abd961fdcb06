import pytest

from niangjia.apps.organizations import actions, queries, scope
from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.organizations.types import Level, UnionRow
from tests.soak import IS_SOAK

FIRMS = 100 if IS_SOAK else 20

pytestmark = pytest.mark.django_db

TREE = [
    UnionRow("P", "", "浙江省总工会", "province", "330000"),
    UnionRow("C", "P", "绍兴市总工会", "city", "330600"),
    UnionRow("X", "C", "新昌县总工会", "county", "330624"),
    UnionRow("Y", "C", "柯桥区总工会", "county", "330603"),
    UnionRow("XT", "X", "羽林街道总工会", "town", "330624001"),
    UnionRow("XG", "XT", "羽林轴承公司工会", "grassroots", "330624001000", "91330624MA00000001"),
    UnionRow("XF", "X", "新昌货运联合会", "federation", "330624"),
]


def path(code: str) -> str:
    return queries.find_union_by_code(code).path


def test_the_feed_makes_the_tree():
    report = actions.receive_unions(TREE)
    assert (report.created_count, report.changed_count, report.moves) == (7, 0, {})
    assert path("XG").startswith(path("XT")) and path("XT").startswith(path("X")) and path("X").startswith(path("C"))
    assert queries.find_union_by_code("XF").level is Level.FEDERATION


@pytest.mark.parametrize("order", [list(reversed(TREE)), TREE[3:] + TREE[:3], sorted(TREE, key=lambda row: row.name)])
def test_parents_may_come_in_any_order(order):
    actions.receive_unions(order)
    assert [union.code for union in queries.list_ancestors(queries.find_union_by_code("XG").id)] == [
        "P",
        "C",
        "X",
        "XT",
    ]


def test_receiving_twice_changes_nothing():
    actions.receive_unions(TREE)
    before = list(OrgUnit.objects.order_by("id").values())
    report = actions.receive_unions(TREE)
    assert (report.created_count, report.changed_count, report.unchanged_count) == (0, 0, 7)
    assert list(OrgUnit.objects.order_by("id").values()) == before


def test_rows_may_be_plain_mappings_as_the_lake_gives_them():
    row = {
        "code": "P",
        "parent": None,
        "name": "浙江省总工会",
        "level": "province",
        "area": "330000",
        "uscc": None,
        "state": None,
    }
    actions.receive_unions([row])
    assert queries.find_root().area == "330000000000"


def test_a_move_takes_the_whole_subtree_along():
    actions.receive_unions(TREE)
    before = {code: path(code) for code in ("XT", "XG", "X")}
    report = actions.receive_unions([UnionRow("XT", "Y", "羽林街道总工会", "town", "330624001")])
    assert report.moves == {before["XT"]: path("XT"), before["XG"]: path("XG")}
    assert path("XG").startswith(path("XT")) and path("XT").startswith(path("Y"))
    assert path("X") == before["X"]
    assert not queries.list_subtree(path("X")).filter(code="XG").exists()


def test_two_unions_can_change_places():
    actions.receive_unions(TREE)
    swapped = [
        UnionRow("X", "Y", "新昌县总工会", "county", "330624"),
        UnionRow("Y", "P", "柯桥区总工会", "county", "330603"),
        UnionRow("C", "X", "绍兴市总工会", "city", "330600"),
    ]
    actions.receive_unions(swapped)
    assert [union.code for union in queries.list_ancestors(queries.find_union_by_code("C").id)] == ["P", "Y", "X"]


@pytest.mark.parametrize(
    "rows, problem, word",
    [
        ([UnionRow("Z", "nowhere", "孤儿", "town", "")], actions.OrphanUnions, "nowhere"),
        ([UnionRow("C", "X", "绍兴市总工会", "city", "330600")], actions.LoopInTree, "X"),
        ([UnionRow("Z", "Z", "自己", "town", "")], actions.LoopInTree, "Z"),
        ([UnionRow("Z", "P", "怪", "village", "")], actions.UnreadableUnion, "village"),
        ([UnionRow("Z", "P", "怪", "town", "", state="asleep")], actions.UnreadableUnion, "asleep"),
        ([UnionRow("", "P", "怪", "town", "")], actions.UnreadableUnion, "code"),
        ([UnionRow("Z", "P", "甲", "town", ""), UnionRow("Z", "P", "乙", "town", "")], actions.UnionTwice, "Z"),
    ],
)
def test_a_broken_feed_is_refused_whole_and_says_where(rows, problem, word):
    actions.receive_unions(TREE)
    before = list(OrgUnit.objects.order_by("id").values())
    with pytest.raises(problem) as refused:
        actions.receive_unions([UnionRow("NEW", "P", "新工会", "city", "330700"), *rows])
    assert word in refused.value.zh and word in refused.value.en
    assert list(OrgUnit.objects.order_by("id").values()) == before


def test_a_union_outside_the_feed_stays():
    actions.receive_unions(TREE)
    actions.receive_unions(TREE[:2])
    assert queries.find_union_by_code("XG").is_active


def test_unions_are_found_by_firm_and_by_division():
    actions.receive_unions(TREE)
    assert queries.find_grassroots_by_uscc("91330624MA00000001").code == "XG"
    assert queries.find_grassroots_by_uscc("") is None
    assert queries.find_town_union("330624001005").code == "XT"
    assert queries.find_town_union("330624") is None
    assert queries.find_county_union("330624001005").code == "X"
    assert queries.find_county_union("330624").code == "X"
    assert queries.find_city_union("330603").code == "C"
    assert queries.find_county_union("330681") is None


def test_a_closed_union_hands_over_to_the_one_above():
    actions.receive_unions(TREE)
    actions.receive_unions(
        [UnionRow("XG", "XT", "羽林轴承公司工会", "grassroots", "330624001000", "91330624MA00000001", "closed")]
    )
    grassroots = queries.find_union_by_code("XG")
    assert queries.nearest_active(grassroots.id).code == "XT"
    assert queries.find_grassroots_by_uscc("91330624MA00000001") is None
    assert queries.nearest_at(grassroots.id, Level.COUNTY).code == "X"


def test_nobody_active_above_is_a_refusal():
    actions.receive_unions([UnionRow("P", "", "省", "province", "330000", state="closed")])
    with pytest.raises(queries.NoSuchUnion):
        queries.nearest_active(queries.find_union_by_code("P").id)


@pytest.mark.parametrize(
    "viewer, sees",
    [
        ("P", {"P", "C", "X", "Y", "XT", "XG", "XF"}),
        ("C", {"C", "X", "Y", "XT", "XG", "XF"}),
        ("X", {"X", "XT", "XG", "XF"}),
        ("Y", {"Y"}),
        ("XG", {"XG"}),
    ],
)
def test_scope_is_the_union_and_all_below_it(viewer, sees):
    actions.receive_unions(TREE)
    seen = scope.within(OrgUnit.objects.all(), path(viewer)).values_list("code", flat=True)
    assert set(seen) == sees
    assert {row.code for row in TREE if scope.covers(path(viewer), path(row.code))} == sees


@pytest.mark.parametrize("wrong", ["", "/", "000000001", "%", "~"])
def test_an_empty_or_malformed_path_sees_nothing(wrong):
    actions.receive_unions(TREE)
    assert not scope.within(OrgUnit.objects.all(), wrong).exists()
    assert not scope.covers(wrong, path("P"))


def test_verification_finds_a_path_that_does_not_follow_the_parent():
    actions.receive_unions(TREE)
    assert queries.verify() == []
    moved = OrgUnit.objects.get(code="XT")
    OrgUnit.objects.filter(pk=moved.pk).update(parent=OrgUnit.objects.get(code="Y"))
    assert [violation.object for violation in queries.verify()] == [f"orgunit:{moved.pk}"]


def test_a_union_whose_number_begins_with_anothers_is_not_below_it():
    actions.receive_unions([UnionRow(f"U{number}", "", f"U{number}", "city", "") for number in range(12)])
    first = OrgUnit.objects.order_by("id").first()
    assert list(scope.within(OrgUnit.objects.all(), first.path)) == [first]


def test_a_province_of_thousands_of_unions_comes_in_at_once():
    rows = [UnionRow("P", "", "省", "province", "330000")]
    rows += [UnionRow(f"T{town}", "P", f"镇{town}", "town", f"{330000000 + town}") for town in range(150)]
    rows += [
        UnionRow(f"G{town}-{firm}", f"T{town}", f"厂{firm}", "grassroots", "")
        for town in range(150)
        for firm in range(FIRMS)
    ]
    report = actions.receive_unions(reversed(rows))
    assert report.created_count == 1 + 150 + 150 * FIRMS
    report = actions.receive_unions(
        [
            UnionRow("Q", "P", "新市", "city", ""),
            *[UnionRow(f"T{town}", "Q", f"镇{town}", "town", "") for town in range(75)],
        ]
    )
    assert len(report.moves) == 75 * (1 + FIRMS)
