"""Unions that move, merge and close: everything open there has somebody, nothing that is over moves, nobody sees what is not theirs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.alerts.models import HardshipAlert
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.cases import queries as cases
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.cases.types import CaseFilter
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds.models import Budget
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import ChangeKind, UnionRow, UnionState
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as persons
from niangjia.apps.registry.models import Household, Membership, Person
from niangjia.apps.registry.types import MembershipFacts
from niangjia.apps.tasks import actions as tasks
from niangjia.apps.tasks import queries as task_queries
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.models import WorkOrder
from niangjia.apps.workorders.types import OrderState
from niangjia.jobs import reorganise
from niangjia.jobs.reorganise import Asked

NOW = town.NOW
TODAY = NOW.date()
MOVE, MERGE, CLOSE = ChangeKind.MOVE, ChangeKind.MERGE, ChangeKind.CLOSE
ADDED = (
    UnionRow("YT", "Y", "大唐街道总工会", "town", "330681001000"),
    UnionRow("YTG", "YT", "针织厂工会", "grassroots", "330681001000"),
    UnionRow("XT2", "X", "澄潭街道总工会", "town", "330624004000"),
)


@dataclass
class Desk(desks.Desk):
    """The desk with a second county's town, an administrator of the city, and who sits elsewhere."""

    admin: Viewer | None = None
    others: dict[str, Viewer] = field(default_factory=dict)


def build() -> Desk:
    desk = Desk(desks.build_desk().town)
    organizations.receive_unions([*town.UNIONS, *ADDED])
    desk.town.unions.update({row.code: unions.find_union_by_code(row.code) for row in ADDED})
    desks.give_budget(desk)
    desks.give_budget(desk, "graded-aid")
    desk.admin = town.appoint("admin", desk.town["C"], Role.ADMINISTRATOR)
    roles = {"XH": Role.GRASSROOTS, "YT": Role.TOWNSHIP, "YTG": Role.GRASSROOTS, "XT2": Role.TOWNSHIP}
    desk.others = {code: town.appoint(f"chair.{code.lower()}", desk.town[code], role) for code, role in roles.items()}
    return desk


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def desk(built, db):
    return replace(built)


def ask(desk, kind: ChangeKind, code: str, to: str, **more) -> Asked:
    return Asked(kind, desk.town[code].id, desk.town[to].id, more.pop("from_day", TODAY), "绍总工〔2023〕21号", **more)


def do(desk, asked: Asked, viewer: Viewer | None = None):
    viewer = viewer or desk.admin
    return reorganise.carry_out(viewer, asked, mark=reorganise.look(viewer, asked, now=NOW).mark, now=NOW)


def fresh(viewer: Viewer) -> Viewer:
    """The officer as the next page finds them: the path is read anew."""
    return accounts.get_viewer(account_id=viewer.account_id, post_id=viewer.post_id, today=TODAY)


def sees(viewer: Viewer) -> set[int]:
    return {row.pk for row in cases.list_cases(fresh(viewer), CaseFilter())}


def all_is_well() -> None:
    found = [*unions.verify(), *orders.verify(), *cases.verify(), *persons.verify(), *accounts.verify(today=TODAY)]
    found = [
        one for one in found if getattr(one, "invariant", "") != "SEALS"
    ]  # the town's pseudonyms are counted, not keyed
    assert found == [], found


def test_a_union_that_moves_to_another_county_takes_its_open_orders_along_and_the_new_county_reviews(desk):
    waiting = desk.opened(start=1)  # lies with county X, to be visited at XG
    visited = desk.opened(start=20, month=desks.OCTOBER.next())
    desk.hand_down(visited)
    desk.visit(visited)
    due = dict(WorkOrder.objects.values_list("pk", "step_due_at"))
    do(desk, ask(desk, MOVE, "XG", "YT"))
    order = WorkOrder.objects.get(pk=waiting.work_order_id)
    assert (order.org_id, order.verify_org_id, order.review_org_id) == tuple(
        desk.town[code].id for code in ("Y", "XG", "Y")
    )
    assert order.route == [desk.town[code].id for code in ("Y", "YT", "XG")]
    held = WorkOrder.objects.get(pk=visited.work_order_id)
    assert (held.org_id, held.review_org_id, held.state) == (desk.town["XG"].id, desk.town["Y"].id, OrderState.VISITED)
    assert held.assignee_id == desk.town.grassroots.account_id, "the union that visits stayed, so did its visitor"
    assert dict(WorkOrder.objects.values_list("pk", "step_due_at")) == due, "no clock moves"
    assert sees(desk.town.county) == set() and sees(desk.town.other_county) == {waiting.pk, visited.pk}
    assert sees(desk.others["XH"]) == sees(desk.others["YTG"]) == set()
    all_is_well()


def test_tasks_that_are_not_over_are_counted_before_and_follow_when_a_union_ends_and_stay_when_it_moves(desk):
    for number, code in enumerate(("XG", "XH", "X")):
        tasks.set_task(
            viewer=desk.town.city, title="驿站检查", what="每个驿站查一遍", owner_id=desk.town[code].id, due_on=TODAY, key=f"r{number}", now=NOW
        )  # fmt: skip
    assert reorganise.look(desk.admin, ask(desk, MOVE, "XT", "Y"), now=NOW).task_count == 2
    do(desk, ask(desk, MOVE, "XG", "YT"))
    assert task_queries.count_living_at(desk.town["XG"].id) == 1
    asked = ask(desk, MERGE, "XG", "XH")
    seen = reorganise.look(desk.admin, asked, now=NOW)
    assert seen.task_count == 1
    extra = dict(viewer=desk.town.city, title="书屋检查", what="每个书屋查一遍", due_on=TODAY, now=NOW)
    tasks.set_task(owner_id=desk.town["XG"].id, key="more", **extra)
    with pytest.raises(reorganise.ChangedMeanwhile):
        reorganise.carry_out(desk.admin, asked, mark=seen.mark, now=NOW)
    assert do(desk, asked)["tasks"] == 2
    assert [task_queries.count_living_at(desk.town[code].id) for code in ("XG", "XH", "X")] == [0, 3, 1]


def test_an_order_on_a_way_that_still_leads_there_is_left_alone(desk):
    case = desk.opened()
    step = WorkOrder.objects.get(pk=case.work_order_id).step
    assert reorganise.look(desk.admin, ask(desk, MOVE, "XH", "XT2"), now=NOW).orders == ()
    do(desk, ask(desk, MOVE, "XH", "XT2"))
    assert WorkOrder.objects.get(pk=case.work_order_id).step == step


def test_a_merger_hands_over_what_is_open_and_leaves_what_is_over_where_it_was(desk):
    closed = desk.verified(outcome=desks.Outcome.V4)
    assert closed.state == "CLOSED"
    assigned = desk.opened(start=20, month=desks.OCTOBER.next())
    desk.hand_down(assigned)
    counts = do(desk, ask(desk, MERGE, "XG", "XH"))
    order = WorkOrder.objects.get(pk=assigned.work_order_id)
    assert (order.org_id, order.verify_org_id, order.state, order.assignee_id) == (
        desk.town["XH"].id,
        desk.town["XH"].id,
        "ACCEPTED",
        None,
    )
    assert (desk.fresh(assigned).org_id, desk.fresh(closed).org_id) == (desk.town["XH"].id, desk.town["XG"].id)
    assert sees(desk.others["XH"]) == {assigned.pk}, "what is over stays with the unions above"
    assert {closed.pk, assigned.pk} <= sees(desk.town.county)
    merged = unions.find_union_by_code("XG")
    assert (merged.state, merged.successor_id) == (UnionState.MERGED, desk.town["XH"].id), "the old code is still found"
    assert counts["orders"] == 1 and counts["cases"] == 1 and counts["members"] == 2
    assert not Household.objects.filter(home=merged.id).exists() and not Person.objects.filter(home=merged.id).exists()
    with pytest.raises(accounts.NoSuchPost):
        fresh(desk.town.grassroots)
    all_is_well()


def test_officers_who_go_along_keep_what_was_assigned_to_them(desk):
    case = desk.opened()
    desk.hand_down(case)
    do(desk, ask(desk, MERGE, "XG", "XH", posts_go_along=True))
    order = WorkOrder.objects.get(pk=case.work_order_id)
    assert (order.state, order.assignee_id) == ("ASSIGNED", desk.town.grassroots.account_id)
    posts = accounts.list_posts(desk.town.grassroots.account_id, today=TODAY)
    assert [(post.org_id, post.role) for post in posts] == [(desk.town["XH"].id, Role.GRASSROOTS)]
    all_is_well()


def test_a_worker_signs_in_as_before_when_their_union_has_gone(desk):
    case = desk.opened()
    worker = desk.worker(case)
    do(desk, ask(desk, CLOSE, "XG", "XT"))
    posts = accounts.list_posts(worker.account_id, today=TODAY)
    assert [(post.org_id, post.role) for post in posts] == [(desk.town["XT"].id, Role.WORKER)]


def test_memberships_go_on_from_the_day_and_the_next_delivery_of_the_feed_does_not_undo_it(desk):
    case = desk.opened()
    person_id = desk.members(case.household_id)[0]
    pseudonym = persons.pseudonyms_of([person_id])[person_id]
    day = TODAY - timedelta(days=10)
    do(desk, ask(desk, MERGE, "XG", "XH", from_day=day))
    expected = [(desk.town["XG"].id, date(2015, 1, 1), day), (desk.town["XH"].id, day, None)]

    def spells():
        rows = Membership.objects.filter(person_id=person_id).order_by("joined_on")
        return list(rows.values_list("union_id", "joined_on", "left_on"))

    assert spells() == expected
    registry.receive_memberships([MembershipFacts(pseudonym, desk.town["XG"].id, date(2015, 1, 1))], now=NOW)
    assert spells() == expected


def test_the_union_feed_does_not_undo_what_an_administrator_did_and_says_what_differs(desk):
    do(desk, ask(desk, MERGE, "XG", "XH"))
    do(desk, ask(desk, MOVE, "YG", "YT"))
    done = organizations.receive_unions([*town.UNIONS, *ADDED])
    assert done.moves == {} and done.held_count == 2
    assert unions.find_union_by_code("XG").state is UnionState.MERGED
    assert unions.find_union_by_code("YG").parent_id == desk.town["YT"].id
    assert {one.code: one.feed_says for one in unions.list_differing(desk.town["C"].path)} == {
        "XG": {"state": "ACTIVE"}, "YG": {"parent": "Y"}
    }  # fmt: skip
    agreeing = [row if row.code != "YG" else replace(row, parent="YT") for row in town.UNIONS]
    organizations.receive_unions(agreeing)
    assert [one.code for one in unions.list_differing(desk.town["C"].path)] == ["XG"]


def test_a_union_that_the_feed_puts_under_a_merged_one_stands_under_its_successor(desk):
    do(desk, ask(desk, CLOSE, "XT2", "XT"))
    organizations.receive_unions([UnionRow("NEW", "XT2", "新厂工会", "grassroots", "330624004000")])
    assert unions.find_union_by_code("NEW").parent_id == desk.town["XT"].id
    assert unions.find_town_union("330624004005").id == desk.town["XT"].id, "its division is answered for"


def test_unions_below_one_that_ends_go_to_its_successor_with_their_orders(desk):
    case = desk.opened()
    do(desk, ask(desk, CLOSE, "XT", "XT2"))
    order = WorkOrder.objects.get(pk=case.work_order_id)
    assert unions.get_union(desk.town["XG"].id).parent_id == desk.town["XT2"].id
    assert order.route == [desk.town[code].id for code in ("X", "XT2", "XG")]
    assert sees(desk.others["XT2"]) == {case.pk}
    all_is_well()


def test_the_standing_list_goes_over_and_former_lists_keep_the_union_as_it_was(desk):
    desk.list_month(desk.homes(1), desks.OCTOBER)
    desk.list_month(desk.homes(1), desks.OCTOBER.next())
    do(desk, ask(desk, MERGE, "XG", "XH"))
    rows = dict(HardshipAlert.objects.values_list("month", "org_id"))
    assert rows == {"2023-10": desk.town["XG"].id, "2023-11": desk.town["XH"].id}


def test_a_budget_with_money_goes_over_with_its_book_and_two_of_a_kind_are_refused(desk):
    finance, second = (town.appoint(name, desk.town["XT"], Role.FINANCE) for name in ("f1", "f2"))
    request = funds.open_budget(
        viewer=finance, org_id=desk.town["XT"].id, purpose="special-relief", year=2023, amount=Decimal("100.00"), reason="年度", key="b", now=NOW,
    )  # fmt: skip
    funds.approve_request(viewer=desk.town.county, request_id=request, now=NOW)
    del second
    outlook = reorganise.look(desk.admin, ask(desk, CLOSE, "XT", "X"), now=NOW)
    assert [type(one).__name__ for one in outlook.blocks] == ["BudgetsCollide"]
    with pytest.raises(funds.BudgetsCollide):
        reorganise.carry_out(desk.admin, outlook.asked, mark=outlook.mark, now=NOW)
    do(desk, ask(desk, CLOSE, "XT", "XT2"))
    assert Budget.objects.get(org=desk.town["XT2"].id).purpose == "special-relief"


@pytest.mark.parametrize(
    ("kind", "code", "to", "block"),
    [
        (MOVE, "XT", "XG", "CannotStandThere"),  # it lies below
        (MOVE, "XT", "YT", "CannotStandThere"),  # a town under a town
        (MERGE, "XG", "XT", "OtherLevel"),
        (CLOSE, "X", "XT", "CannotStandThere"),
        (CLOSE, "X", "YG", "Misfit"),  # its towns cannot stand under a firm
    ],
)
def test_what_cannot_be_is_said_before_and_refused_when_done(desk, kind, code, to, block):
    asked = ask(desk, kind, code, to)
    outlook = reorganise.look(desk.admin, asked, now=NOW)
    assert block in {type(one).__name__ for one in outlook.blocks}
    with pytest.raises(type(outlook.blocks[0])):
        reorganise.carry_out(desk.admin, asked, mark=outlook.mark, now=NOW)
    assert unions.find_union_by_code(code).is_active


def test_what_changed_after_it_was_shown_is_shown_again_and_nothing_is_done(desk):
    asked = ask(desk, MERGE, "XG", "XH")
    mark = reorganise.look(desk.admin, asked, now=NOW).mark
    desk.opened()
    with pytest.raises(reorganise.ChangedMeanwhile):
        reorganise.carry_out(desk.admin, asked, mark=mark, now=NOW)
    assert unions.find_union_by_code("XG").is_active


def test_a_repeat_does_nothing_twice(desk):
    case = desk.opened()
    asked = ask(desk, MERGE, "XG", "XH")
    mark = reorganise.look(desk.admin, asked, now=NOW).mark
    assert reorganise.carry_out(desk.admin, asked, mark=mark, now=NOW)["orders"] == 1
    step = WorkOrder.objects.get(pk=case.work_order_id).step
    assert reorganise.carry_out(desk.admin, asked, mark=mark, now=NOW) == {}
    assert WorkOrder.objects.get(pk=case.work_order_id).step == step


def test_a_failure_in_the_middle_leaves_everything_as_it_was(desk, monkeypatch):
    desk.opened()

    def before():
        tables = (WorkOrder, Case, Household, Person, Membership, AuditEvent)
        return [list(table.objects.order_by("pk").values()) for table in tables], unions.find_union_by_code("XG")

    kept, asked = before(), ask(desk, MERGE, "XG", "XH")
    monkeypatch.setattr("niangjia.apps.workorders.actions.rehome_orders", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        do(desk, asked)
    assert before() == kept


def test_only_an_administrator_above_both_may(desk):
    asked = ask(desk, MOVE, "XG", "YT")
    with pytest.raises(NotAllowed):
        reorganise.look(desk.town.county, asked, now=NOW)
    local = town.appoint("admin.x", desk.town["X"], Role.ADMINISTRATOR)
    with pytest.raises(reorganise.NotYours):
        reorganise.look(local, asked, now=NOW)
    own = reorganise.look(
        local, replace(asked, org_id=desk.town["XT"].id, to_id=desk.town["XT2"].id, kind=CLOSE), now=NOW
    )
    assert own.blocks == ()
    blocked = reorganise.look(
        town.appoint("admin.xt", desk.town["C"], Role.ADMINISTRATOR), ask(desk, MOVE, "C", "X"), now=NOW
    )
    assert "OwnUnion" in {type(one).__name__ for one in blocked.blocks}


def test_a_plan_does_nothing_by_itself_and_waits_for_its_day(desk):
    asked = ask(desk, MERGE, "XG", "XH", from_day=TODAY + timedelta(days=30))
    outlook = reorganise.look(desk.admin, asked, now=NOW)
    assert outlook.is_later
    with pytest.raises(reorganise.NotYet):
        reorganise.carry_out(desk.admin, asked, mark=outlook.mark, now=NOW)
    reorganise.plan(desk.admin, asked, now=NOW)
    assert unions.find_union_by_code("XG").is_active
    assert [(one.unit_name, one.to_code) for one in unions.list_plans(desk.town["C"].path)] == [("轴承厂工会", "XH")]
    later = NOW + timedelta(days=30)
    reorganise.carry_out(desk.admin, asked, mark=reorganise.look(desk.admin, asked, now=later).mark, now=later)
    assert unions.list_plans(desk.town["C"].path) == [] and not unions.find_union_by_code("XG").is_active


def test_a_union_opened_by_hand_gets_its_own_path_and_its_history(desk):
    values = {"code": "HAND", "level": "GRASSROOTS", "name": "新厂工会", "area": "330624001"}
    new = dict(parent_id=desk.town["XT"].id, values=values, from_day=TODAY, reason="批复", now=NOW)
    org_id = reorganise.open_union(desk.admin, **new)
    assert reorganise.open_union(desk.admin, **new) == org_id, "a repeat finds it"
    assert unions.get_union(org_id).path.startswith(desk.town["XT"].path)
    with pytest.raises(organizations.CodeTaken):
        reorganise.open_union(desk.admin, **new | {"values": values | {"name": "别的工会"}})
    assert reorganise.edit_union(
        desk.admin,
        org_id=org_id,
        values={"name": "新厂联合工会", "leader": "王主席"},
        from_day=TODAY,
        reason="改名",
        now=NOW,
    )
    with pytest.raises(organizations.WrongDay):
        reorganise.edit_union(
            desk.admin, org_id=org_id, values={"name": "又改"}, from_day=date(2020, 1, 1), reason="x", now=NOW
        )
    assert [one.kind for one in unions.list_changes(org_id)] == [ChangeKind.EDIT, ChangeKind.OPEN]
    all_is_well()


def test_the_look_asks_the_same_number_of_questions_whatever_lies_there(desk):
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            reorganise.look(desk.admin, ask(desk, MERGE, "XG", "XH"), now=NOW)
        return len(asked)

    few = count()
    desk.list_month(desk.homes(12), desks.OCTOBER)
    desk.dispatch()
    assert count() <= few + 1 and few <= 30
