"""A handful of the invented city's workers apply for programmes, and their unions answer: applications in every state, all invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from demo.town.office import COUNTY, LEVEL_ROLES, Office
from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as posts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.cases import queries as cases
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters.types import DraftCard, MatterCard, PaperState
from niangjia.apps.organizations import queries as unions
from niangjia.jobs import install

OWN_PROGRAMS = Path(__file__).parent / "programs"
CARE = "summer-care"
SUBSIDY, MUTUAL = "migrant-education-subsidy", "mutual-aid-claim"
STUDY = {
    "is_farm_worker": "yes", "uplift_kind": "degree", "has_uplift_proof": "yes", "uplift_own_cost": "3600", "uplift_aid_received": "0",
}  # fmt: skip
CLAIM = {"claim_kind": "hospital", "claim_own_cost": "8600"}


@dataclass
class Counter:
    """The union's side and the workers', at one moment after another."""

    office: Office
    clock: Callable[[], datetime]

    def worker(self, person_id: int, number: int) -> Viewer:
        """An account for one who applies; nobody logs in as them."""
        now = self.clock()
        county = unions.find_county_union(COUNTY + "000000")
        assert county is not None, "the invented city has a Xinchang county union"
        account = accounts.create_account(
            viewer=None,
            username=f"applicant-{number}",
            name=f"职工{number}（虚构）",
            password=None,
            person_id=person_id,
            now=now,
        )
        post = accounts.appoint(
            viewer=None, account_id=account, org_id=county.id, role=Role.WORKER, starts_on=self.office.started, now=now
        )
        return posts.get_viewer(account_id=account, post_id=post, today=timezone.localdate(now))

    def draft(self, worker: Viewer, program: str, answers: Mapping[str, str]) -> DraftCard:
        draft = matters.start_draft(viewer=worker, program=program, now=self.clock())
        for name, typed in answers.items():
            if any(one.name == name for one in draft.questions):
                draft = matters.save_answer(viewer=worker, draft_id=draft.id, name=name, typed=typed, now=self.clock())
        return draft

    def hand_in(self, worker: Viewer, program: str, answers: Mapping[str, str]) -> MatterCard:
        draft = self.draft(worker, program, answers)
        matters.confirm_register(viewer=worker, draft_id=draft.id, now=self.clock())
        for paper in draft.papers:
            matters.say_paper(
                viewer=worker, draft_id=draft.id, code=paper.code, state=PaperState.LATER, now=self.clock()
            )
        return matters.hand_in(viewer=worker, draft_id=draft.id, key=draft.key, is_declared=True, now=self.clock())

    def officer(self, card: MatterCard, nth: int = 1) -> Viewer:
        """Whose turn it is."""
        if card.role is Role.FINANCE:
            return self.office.clerk(card.desk_id, Role.FINANCE, self.clock())
        assert LEVEL_ROLES[unions.get_union(card.desk_id).level] is card.role, "each desk acts on the post of its level"
        return self.office.officer(card.desk_id, self.clock(), nth=nth)

    def act(
        self,
        card: MatterCard,
        outcome: str,
        *,
        nth: int = 1,
        reason: str = "",
        answers: Mapping[str, str] | None = None,
    ) -> MatterCard:
        return matters.act(
            viewer=self.officer(card, nth), matter_id=card.id, outcome=outcome, step=card.step, reason=reason,
            answers=dict(answers or {}), now=self.clock(),
        )  # fmt: skip


def play(office: Office, worker: Viewer | None, clock: Callable[[], datetime]) -> int:
    """Applications of as many workers as were helped, up to seven, beside those of the demo's own worker; how many were handed in."""
    install.install(OWN_PROGRAMS, now=clock())
    desk = Counter(office, clock)
    today = timezone.localdate(clock())
    acts = (_granted, _at_the_county, _refused, _second_waits, _just_arrived, _withdrawn, _announced)
    count = 0
    for number, (person_id, act) in enumerate(zip(people_of(desk, worker), acts, strict=False), start=1):
        act(desk, desk.worker(person_id, number), (today - timedelta(days=20)).isoformat(), today.isoformat())
        count += 1
    if worker is not None:
        _of_the_worker(desk, worker, today.isoformat())
        count += 1
    return count


def people_of(desk: Counter, worker: Viewer | None) -> list[int]:
    county = unions.find_county_union(COUNTY + "000000")
    assert county is not None, "the invented city has a Xinchang county union"
    viewer = desk.office.officer(county.id, desk.clock())
    found = cases.list_cases(viewer, cases.CaseFilter()).exclude(person_id=None).order_by("-pk")
    ids = list(dict.fromkeys(found.values_list("person_id", flat=True)[:60]))
    return [one for one in ids if worker is None or one != worker.person_id]


def _granted(desk: Counter, worker: Viewer, then: str, today: str) -> None:
    """Approved by the province, whose officers set no money aside: finance does."""
    card = desk.act(desk.hand_in(worker, SUBSIDY, STUDY), "sent")
    card = desk.act(card, "accepted", answers={"work_county_class": "mountain"})
    card = desk.act(card, "approved")
    matters.set_aside(viewer=desk.officer(card), matter_id=card.id, now=desk.clock())


def _at_the_county(desk: Counter, worker: Viewer, then: str, today: str) -> None:
    desk.act(desk.hand_in(worker, SUBSIDY, STUDY | {"uplift_kind": "skill", "uplift_own_cost": "1200"}), "sent")


def _refused(desk: Counter, worker: Viewer, then: str, today: str) -> None:
    card = desk.act(desk.hand_in(worker, SUBSIDY, STUDY | {"has_uplift_proof": "no"}), "sent")
    desk.act(
        card,
        "refused",
        reason="还没有拿到证书，拿到后可以重新申请。（演示文字）",
        answers={"work_county_class": "none"},
    )
    matters.object_to(
        viewer=worker,
        matter_id=card.id,
        words="证书上个月已经拿到，当时忘了勾选。请再看一遍。（演示文字）",
        now=desk.clock(),
    )


def _announced(desk: Counter, worker: Viewer, then: str, today: str) -> None:
    """Of a programme of the invented city's own: it stands in public now."""
    card = desk.act(desk.hand_in(worker, CARE, {"child_age_note": "七岁，上一年级（演示文字）"}), "accepted")
    desk.act(card, "approved")


def _second_waits(desk: Counter, worker: Viewer, then: str, today: str) -> None:
    """The city's first officer has agreed to the payment for a stay in hospital; a second one is to confirm."""
    card = desk.act(desk.hand_in(worker, MUTUAL, CLAIM | {"claim_event_on": then}), "sent")
    year = int(then[:4])
    cover = {"is_first_enrolment": "no", "cover_begins_on": f"{year - 1}-07-01", "cover_ends_on": f"{year + 1}-06-30"}
    desk.act(card, "accepted", answers=cover)


def _just_arrived(desk: Counter, worker: Viewer, then: str, today: str) -> None:
    desk.hand_in(worker, MUTUAL, CLAIM | {"claim_event_on": then})


def _withdrawn(desk: Counter, worker: Viewer, then: str, today: str) -> None:
    card = desk.hand_in(worker, SUBSIDY, STUDY)
    matters.withdraw(viewer=worker, matter_id=card.id, now=desk.clock())


def _of_the_worker(desk: Counter, worker: Viewer, today: str) -> None:
    """The login "worker": one asked back for a paper, and one begun."""
    card = desk.hand_in(worker, SUBSIDY, STUDY)
    matters.ask(
        viewer=desk.officer(card), matter_id=card.id, names=["receipts", "uplift_own_cost"], step=card.step,
        words="收据只有第一学期的。请补第二学期的收据，或把自付费用改成 1,800 元。（演示文字）", now=desk.clock(),
    )  # fmt: skip
    desk.draft(worker, MUTUAL, {"claim_kind": "serious_illness"})
