"""Any pack of stages, any sequence of presses: nothing moves that the pack does not name, nothing is lost, nothing is decided twice."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import lifecycle, queries
from niangjia.apps.matters.models import Grant, Matter, Move
from niangjia.apps.matters.tests.room import FORM, Place
from niangjia.apps.matters.types import MatterCard, MatterState
from niangjia.apps.programs.models import Decision
from niangjia.apps.programs.tests import packs, town
from niangjia.kernel.problems import Refusal
from tests.soak import often

# Without shrinking: a step is a dozen queries, and a failing run prints its own steps and seed.
DEEP = settings(
    max_examples=often(10), stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
ROLES = (("grassroots", "grassroots"), ("county", "county"), ("city", "city"))


@st.composite
def stages(draw) -> str:
    """Two to four stages of officers behind the worker's, each with a way on, a way back and a no; some ask for two; finance at times."""
    count = draw(st.integers(1, 3))
    has_payment = draw(st.booleans())
    ids = ["apply", *(f"s{number}" for number in range(count)), *(["payment"] if has_payment else [])]
    lines = [
        "stages:",
        "  - {id: apply, title: {zh: 申请, en: apply}, role: worker, level: grassroots, outcomes: {sent: s0}}",
    ]
    for number in range(count):
        role, level = draw(st.sampled_from(ROLES))
        following = ids[number + 2] if number + 2 < len(ids) else '""'
        back = draw(st.sampled_from(ids[: number + 1]))
        second = draw(st.booleans()) or number == count - 1
        lines.append(
            f"  - {{id: s{number}, title: {{zh: 第{number}步, en: step {number}}}, role: {role}, level: {level}, working_days: 3, "
            f'outcomes: {{accepted: {following}, returned: {back}, refused: ""}}, second_person: {str(second).lower()}}}'
        )
    if has_payment:
        lines.append(
            "  - {id: payment, title: {zh: 发放, en: payment}, role: finance, level: county, second_person: true}"
        )
    return "\n".join(lines) + "\nfund: {purpose: trial-aid}\n"


class Matters(RuleBasedStateMachine):
    place: Place
    folder: Any
    second_city: Viewer
    count = 0
    reached: set[tuple[str, str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.card: MatterCard | None = None
        self.ended: set[int] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize(text=stages(), has_budget=st.booleans())
    def a_pack_is_installed(self, text: str, has_budget: bool):
        Matters.count += 1
        form = FORM.replace("stage: check", "stage: s0")
        packs.install(self.folder / f"{Matters.count}", packs.pack(packs.AID + form + text, unit="person"))
        if has_budget:
            self.place.budget()
        town_ = self.place.town
        self.officers = [
            town_.grassroots, town_.grassroots_second, town_.county, town_.county_second, town_.city, self.second_city, town_.other_county, town_.finance,
        ]  # fmt: skip

    def fresh(self) -> MatterCard:
        assert self.card is not None
        return queries.get_card(self.place.worker, self.card.id)

    @precondition(lambda self: self.card is None or not self.fresh().is_open)
    @rule(visited=st.sampled_from(["yes", "yes", "yes", "no", ""]))
    def hand_in(self, visited: str):
        self.visited = visited
        self.card = self.place.handed_in()

    def officer(self, who: int) -> Viewer:
        """Of nineteen choices eleven are one of those whose turn it is, so that matters get somewhere."""
        card = self.fresh()
        fit = [one for one in self.officers if one.role == card.role and one.org_id == card.desk_id]
        return fit[who % len(fit)] if who > 7 and fit else self.officers[who % 8]

    @precondition(lambda self: self.card is not None and self.fresh().state is MatterState.AT_WORK)
    @rule(
        who=st.integers(0, 18),
        outcome=st.sampled_from([*["accepted"] * 6, "returned", "refused", "sent", "unheard"]),
        reason=st.sampled_from(["有理由", "有理由", ""]),
        is_stale=st.integers(0, 5),
    )
    def press(self, who: int, outcome: str, reason: str, is_stale: int):
        before, moves = self.fresh(), Move.objects.filter(matter_id=self.card.id).count()
        viewer = self.officer(who)
        step = before.step - 1 if is_stale == 0 and before.step > 1 else before.step
        answers = {"was_visited": self.visited} if self.visited else {}
        try:
            self.place.act(viewer, before, outcome, reason=reason, answers=answers, step=step)
        except Refusal as refusal:
            assert refusal.zh and refusal.en
            assert self.fresh() == before and Move.objects.filter(matter_id=self.card.id).count() == moves
            return
        after = self.fresh()
        if after.step == before.step:  # the same press again
            assert is_stale == 0
            return
        assert viewer.role == before.role and viewer.org_id == before.desk_id and before.state is MatterState.AT_WORK
        flow = lifecycle.flow_of(queries.get_details(self.place.worker, before.id, now=self.place.now).pack)
        stage = flow.stage(before.stage)
        assert outcome in stage.outcomes
        if after.stage != before.stage:
            assert after.stage == stage.outcomes[outcome]

    @precondition(lambda self: self.card is not None and self.fresh().state is MatterState.AT_WORK)
    @rule(turns=st.integers(1, 3))
    def all_agree(self, turns: int):
        """Each officer whose turn it is says yes, at one stage or a few."""
        for _ in range(turns):
            for viewer in [
                one for one in self.officers if one.org_id == self.fresh().desk_id and one.role == self.fresh().role
            ]:
                before = self.fresh()
                answers = {"was_visited": self.visited} if self.visited else {}
                try:
                    self.place.act(viewer, before, "accepted", answers=answers)
                except Refusal:
                    assert self.fresh() == before
                if self.fresh().stage != before.stage or self.fresh().state is not MatterState.AT_WORK:
                    break
            if self.fresh().state is not MatterState.AT_WORK:
                return

    @precondition(lambda self: self.card is not None and self.fresh().state is MatterState.AT_WORK)
    @rule(who=st.integers(0, 18))
    def ask(self, who: int):
        before = self.fresh()
        try:
            after = self.place.ask(self.officer(who), before, "cost")
        except Refusal:
            assert self.fresh() == before
            return
        assert after.state is MatterState.WITH_WORKER and after.stage == before.stage

    @precondition(lambda self: self.card is not None and self.fresh().state is MatterState.WITH_WORKER)
    @rule()
    def mend(self):
        draft = matters.go_on(viewer=self.place.worker, matter_id=self.card.id, now=self.place.now)
        assert self.place.send(self.place.save(draft, cost="800")).state is MatterState.AT_WORK

    @precondition(lambda self: self.card is not None)
    @rule(who=st.integers(0, 18))
    def look(self, who: int):
        """Answers are read by the worker and by whose turn it is."""
        card, viewer = self.fresh(), self.officer(who)
        assert queries.get_details(self.place.worker, card.id, now=self.place.now).answers
        if viewer.org_path.startswith(self.place.town["Y"].path):
            return
        theirs = queries.get_details(viewer, card.id, now=self.place.now)
        is_turn = viewer.role == card.role and viewer.org_id == card.desk_id and card.state is MatterState.AT_WORK
        assert bool(theirs.answers) == is_turn == theirs.can_handle

    @precondition(lambda self: self.card is not None and Move.objects.filter(matter_id=self.card.id).count() > 5)
    @rule()
    def withdraw(self):
        before = self.fresh()
        try:
            assert (
                matters.withdraw(viewer=self.place.worker, matter_id=before.id, now=self.place.now).state
                is MatterState.WITHDRAWN
            )
        except Refusal:
            assert self.fresh() == before

    @invariant()
    def every_rule_of_the_room_holds(self):
        self.reached |= set(Move.objects.values_list("act", "to_state"))
        assert queries.verify() == []
        for matter in Matter.objects.all():
            granted = Decision.objects.filter(matter=f"matter:{matter.pk}", outcome="GRANTED")
            assert matter.state != "TO_PAY" or matter.decision_id in granted.values_list("pk", flat=True)
            assert Grant.objects.filter(matter=matter).exclude(state="CANCELLED").count() <= 1
            assert (matter.closed_at is None) == (matter.state in ("AT_WORK", "WITH_WORKER", "TO_PAY"))

    @invariant()
    def nothing_that_ended_comes_back(self):
        closed = set(Matter.objects.filter(closed_at__isnull=False).values_list("pk", flat=True))
        assert self.ended <= closed
        self.ended = closed


def test_whatever_the_pack_and_whatever_is_pressed(place: Place, tmp_path):
    Matters.place, Matters.folder = place, tmp_path
    Matters.second_city = town.appoint("city.second", place.town["C"], Role.CITY)
    run_state_machine_as_test(Matters, settings=DEEP)
    assert Matters.reached & {("ACT", "TO_PAY"), ("ACT", "DONE")}, (
        "no run came to a grant: the machine no longer tests it"
    )
