"""Unions moved, merged and closed in any order while cases are at work: nothing loses its holder, and each officer sees what a plain model says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import queries as cases
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.cases.types import CaseFilter, Outcome
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations.types import ChangeKind, UnionState
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry.models import Household, Membership, Person
from niangjia.apps.registry.types import MembershipFacts
from niangjia.apps.workorders.models import WorkOrder
from niangjia.apps.workorders.types import OPEN
from niangjia.jobs import reorganise, verify
from niangjia.jobs.tests.test_reorganise import NOW, TODAY, all_is_well, build

DEEP = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
CODES = st.sampled_from(["XT", "XT2", "YT", "XG", "XH", "YG", "YTG", "X"])
TARGETS = st.sampled_from(["X", "Y", "XT", "XT2", "YT", "XG", "XH", "YG", "YTG"])
ROLES = {"CITY": Role.CITY, "COUNTY": Role.COUNTY, "TOWN": Role.TOWNSHIP, "GRASSROOTS": Role.GRASSROOTS}


class Unions(RuleBasedStateMachine):
    desk: desks.Desk

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.place = self.desk.town
        self.parent = {code: union.parent_id for code, union in self.place.unions.items()}
        self.code_of = {union.id: code for code, union in self.place.unions.items()}
        self.parent = {code: self.code_of.get(parent) for code, parent in self.parent.items()}
        self.heir: dict[str, str] = {}
        self.visits: dict[int, str] = {}  # case → the union that visits, or visited last
        self.over: set[int] = set()
        self.month, self.number = desks.OCTOBER, 0
        self.chairs = {
            code: town.appoint(f"seat.{code.lower()}", union, ROLES[union.level.value])
            for code, union in self.place.unions.items()
        }

        # Every run begins with a matter that is over and one that is not, both at a union that may change.
        self.a_case_comes_from("XG")
        self.is_over(next(iter(self.visits)))
        self.a_case_comes_from("XG")

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def standing(self, code: str) -> str:
        while code in self.heir:
            code = self.heir[code]
        return code

    def above(self, code: str) -> set[str]:
        found = set()
        while code:
            found.add(code)
            code = self.parent[code] or ""
        return found

    @rule(code=st.sampled_from(["XG", "XH", "YG", "YTG"]))
    def a_case_comes_from_the_list(self, code: str) -> None:
        self.a_case_comes_from(code)

    def a_case_comes_from(self, code: str) -> None:
        self.number += 7
        home = self.desk.homes(1, union=code, start=self.number)[0]
        self.month = self.month.next()
        self.desk.list_month([home], self.month, union=code)
        self.desk.dispatch(self.month)
        case = Case.objects.get(household_id=home)
        self.visits[case.pk] = self.code_of[case.work_order.verify_org_id]
        assert self.visits[case.pk] == self.standing(code)

    @rule(data=st.data())
    def a_case_is_visited_found_fine_and_over(self, data: st.DataObject) -> None:
        living = sorted(set(self.visits) - self.over)
        if not living or self.standing("XG") != "XG" or self.above("XG") != {"XG", "XT", "X", "C"}:
            return  # the desk's own officers stand there
        case = Case.objects.get(pk=data.draw(st.sampled_from(living)))
        if self.visits[case.pk] != "XG" or self.desk.town["XT"].id not in case.work_order.route:
            return
        self.is_over(case.pk)

    def is_over(self, case_id: int) -> None:
        case = Case.objects.get(pk=case_id)
        self.desk.hand_down(case)
        self.desk.visit(case)
        self.desk.submit(case, Outcome.V4)
        self.desk.accept(case)
        self.over.add(case_id)

    @rule(
        code=st.sampled_from(["XG", "XG", "XH", "YG"]),
        to=st.sampled_from(["XH", "YG", "YTG", "XT"]),
        along=st.booleans(),
    )
    def a_firm_ends(self, code: str, to: str, along: bool) -> None:
        self.change(ChangeKind.CLOSE, code, to, along)

    @rule(
        kind=st.sampled_from([ChangeKind.MOVE, ChangeKind.MERGE, ChangeKind.CLOSE]),
        code=CODES,
        to=TARGETS,
        along=st.booleans(),
    )
    def a_union_changes(self, kind: ChangeKind, code: str, to: str, along: bool) -> None:
        self.change(kind, code, to, along)

    def change(self, kind: ChangeKind, code: str, to: str, along: bool) -> None:
        asked = reorganise.Asked(kind, self.place[code].id, self.place[to].id, TODAY, "批复", along)
        outlook = reorganise.look(self.desk.admin, asked, now=NOW)
        if outlook.blocks:
            return
        reorganise.carry_out(self.desk.admin, asked, mark=outlook.mark, now=NOW)
        if kind is ChangeKind.MOVE:
            self.parent[code] = to
            return
        self.heir[code] = to
        for child, parent in self.parent.items():
            if parent == code:
                self.parent[child] = to
        self.visits = {
            case: to if union == code and case not in self.over else union for case, union in self.visits.items()
        }
        if not along:
            self.chairs.pop(code)
        elif code in self.chairs:
            # Same role, new place: the model seats them there too, under a name of their own.
            self.chairs[f"{code}>{to}"] = self.chairs.pop(code)

    @rule()
    def the_feed_of_members_is_delivered_again(self) -> None:
        registry.receive_memberships(
            [
                MembershipFacts(row.person.pseudonym, row.union_id, row.joined_on)
                for row in Membership.objects.select_related("person")
            ],
            now=NOW,
        )

    @invariant()
    def every_officer_sees_what_the_model_says(self) -> None:
        for name, seat in self.chairs.items():
            code = self.standing(name.rpartition(">")[2])
            posts = accounts.list_posts(seat.account_id, today=TODAY)
            if not posts:
                assert ">" in name, f"the chair of {name} lost the post"
                continue  # went along to a union whose level or end took the post
            viewer = accounts.get_viewer(account_id=seat.account_id, post_id=posts[0].id, today=TODAY)
            assert viewer.org_id == self.place[code].id
            seen = {row.pk for row in cases.list_cases(viewer, CaseFilter())}
            assert seen == {case for case, union in self.visits.items() if code in self.above(union)}, name

    @invariant()
    def nothing_lies_with_a_union_that_has_gone(self) -> None:
        all_is_well()
        assert not list(verify.left_behind(TODAY))
        gone = [self.place[code].id for code in self.heir]
        assert set(unions.get_unions(gone)) == set(gone) and not any(
            one.is_active for one in unions.get_unions(gone).values()
        )
        for order in WorkOrder.objects.filter(state__in=OPEN).select_related("org", "verify_org", "review_org"):
            assert order.org.state == order.verify_org.state == order.review_org.state == UnionState.ACTIVE
            assert order.verify_org.path.startswith(order.org.path) and order.verify_org.path.startswith(
                order.review_org.path
            )
        assert (
            not Household.objects.filter(home__in=gone).exists() and not Person.objects.filter(home__in=gone).exists()
        )
        assert set(self.visits) == set(Case.objects.values_list("pk", flat=True))


def run(examples: int, steps: int) -> None:
    machine = type("Unions", (Unions,), {"desk": replace(build())})
    run_state_machine_as_test(machine, settings=settings(DEEP, max_examples=examples, stateful_step_count=steps))


@pytest.mark.django_db
def test_no_order_of_changes_leaves_anything_without_a_holder_or_shows_it_to_another():
    run(5, 9)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_order_of_changes_in_a_long_run():
    run(100, 30)
