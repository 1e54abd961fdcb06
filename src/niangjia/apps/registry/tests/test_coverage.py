"""What share of the workers are members: over what somebody told, never over a guess, and nothing where nobody did (E11)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import UnionRow
from niangjia.apps.registry import actions, coverage, problems, queries
from niangjia.apps.registry.models import Headcount
from niangjia.apps.registry.types import HouseholdFacts, MemberFacts, MembershipFacts

pytestmark = pytest.mark.django_db
NOW = datetime(2023, 11, 6, 1, 0, tzinfo=UTC)
TODAY = date(2023, 11, 6)
MEMBERS = {"F1": 6, "F2": 3, "XF": 2}


@pytest.fixture
def tree(db):
    rows = [
        ("X", "", "平湖市总工会", "county", "330482"), ("T", "X", "独山港镇总工会", "town", "330482107"), ("F1", "T", "服装公司工会", "grassroots", "330482107"),
        ("F2", "T", "五金公司工会", "grassroots", "330482107"), ("XF", "T", "快递行业工会联合会", "federation", "330482107"), ("Z", "X", "新仓镇总工会", "town", "330482108"),
    ]  # fmt: skip
    organizations.receive_unions([UnionRow(*row) for row in rows])
    tree = unions.load_by_code()
    names = {f"{code}{number}": code for code, count in MEMBERS.items() for number in range(count)}
    registry = [HouseholdFacts(name, (MemberFacts(name, name="工"),), tree["T"].id) for name in names]
    actions.receive_households(registry, now=NOW)
    actions.receive_memberships(
        [MembershipFacts(name, tree[code].id, date(2020, 1, 1)) for name, code in names.items()], now=NOW
    )
    return tree


@pytest.fixture
def officer(tree):
    def officer(code: str, role: Role) -> Viewer:
        name = f"{code}-{role}".lower()
        account = accounts.create_account(
            viewer=None, username=name, name=name, password="four horses in a row", now=NOW
        )
        return Viewer(account, 1, name, role, tree[code].id, tree[code].path)

    return officer


@pytest.fixture
def county(officer) -> Viewer:
    return officer("X", Role.COUNTY)


def tell(viewer: Viewer, org_id: int, workers: int, on: date = TODAY, source: str = "单位花名册") -> None:
    actions.tell_headcount(viewer=viewer, org_id=org_id, workers=workers, on=on, source=source, now=NOW)


def shares(viewer: Viewer) -> dict[str, tuple[int, int | None]]:
    return {row.union.code: (row.counted, row.workers) for row in queries.list_coverage(viewer)}


def test_where_nobody_told_how_many_workers_there_are_there_is_no_share(tree, county):
    rows = queries.list_coverage(county)
    assert {row.union.code: row.members for row in rows} == {"X": 11, "T": 11, "Z": 0, "XF": 2}
    assert {row.share for row in rows} == {None} and not any(row.is_strange for row in rows)


def test_a_share_is_the_members_of_those_who_told_over_the_workers_they_told(tree, county, officer):
    tell(officer("F1", Role.GRASSROOTS), tree["F1"].id, 10)
    assert shares(county) == {"X": (6, 10), "T": (6, 10), "Z": (0, None), "XF": (0, None)}
    tell(county, tree["XF"].id, 8, source="快递管理局名录")
    assert shares(county) == {"X": (8, 18), "T": (8, 18), "Z": (0, None), "XF": (2, 8)}
    federation = next(row for row in queries.list_coverage(county) if row.union.code == "XF")
    assert (federation.share, federation.own.source) == (0.25, "快递管理局名录")


def test_what_a_town_told_of_all_its_firms_stands_instead_of_what_they_told(tree, county, officer):
    tell(county, tree["F1"].id, 10)
    tell(officer("T", Role.TOWNSHIP), tree["T"].id, 40)
    assert shares(county)["T"] == shares(county)["X"] == (11, 40)


def test_the_last_day_stands_and_the_same_day_is_corrected(tree, county):
    tell(county, tree["F1"].id, 10, on=date(2023, 6, 30))
    tell(county, tree["F1"].id, 12)
    tell(county, tree["F1"].id, 9, on=date(2022, 12, 31))
    assert shares(county)["T"] == (6, 12)
    tell(county, tree["F1"].id, 7)
    assert shares(county)["T"] == (6, 7) and Headcount.objects.count() == 3
    assert AuditEvent.objects.filter(action="registry.headcount").count() == 4


def test_more_members_than_workers_is_marked_for_somebody_to_look_at(tree, county):
    tell(county, tree["F1"].id, 6)
    assert not any(row.is_strange for row in queries.list_coverage(county))
    tell(county, tree["F1"].id, 5)
    assert {row.union.code for row in queries.list_coverage(county) if row.is_strange} == {"X", "T"}


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"on": date(2023, 11, 7)}, {"source": "  "}])
def test_nobody_a_day_to_come_or_no_source_is_refused(tree, county, wrong):
    with pytest.raises(problems.WrongHeadcount):
        tell(county, **{"org_id": tree["F1"].id, "workers": 1, **wrong})


def test_a_union_tells_of_itself_and_below_and_whoever_reads_only_tells_nothing(tree, county, officer):
    with pytest.raises(queries.NotFound):
        tell(officer("T", Role.TOWNSHIP), tree["Z"].id, 10)
    with pytest.raises(NotAllowed):
        tell(officer("X", Role.AUDITOR), tree["F1"].id, 10)
    with pytest.raises(NotAllowed):
        queries.list_coverage(officer("X", Role.WORKER))
    assert [row.union.code for row in queries.list_coverage(officer("F1", Role.GRASSROOTS))] == ["F1"]


def test_the_database_keeps_no_count_of_nobody_and_none_without_a_source(tree, county):
    for wrong in ({"workers": 0, "source": "花名册"}, {"workers": 1, "source": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Headcount.objects.create(union_id=tree["F1"].id, on=TODAY, by_id=county.account_id, at=NOW, **wrong)


paths = st.lists(st.integers(1, 3), min_size=1, max_size=4).map(lambda steps: "".join(f"{one:09}/" for one in steps))


@given(st.sets(paths, max_size=12))
def test_every_place_is_counted_under_exactly_one_of_the_topmost(found):
    topmost = coverage._topmost(found)
    for path in found:
        assert sum(path.startswith(one) for one in topmost) == 1


@given(st.dictionaries(paths, st.integers(0, 50), max_size=12))
def test_a_unions_sum_is_that_of_everything_below_it(counts):
    sums = coverage._up_the_tree(counts.items())
    for path in counts:
        assert sums[path] == sum(count for other, count in counts.items() if other.startswith(path))
