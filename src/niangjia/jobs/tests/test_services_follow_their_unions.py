"""What a merged union had under way with seats, needs and agreements goes on with the union that takes over, and nobody loses a seat."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries as booking_queries
from niangjia.apps.bookings.lifecycle import Giving
from niangjia.apps.bookings.models import Booking, Quota
from niangjia.apps.bookings.types import OfferFacts, SlotFacts
from niangjia.apps.bulletins import actions as bulletins
from niangjia.apps.bulletins import queries as bulletin_queries
from niangjia.apps.bulletins.types import BlockText, Content, State
from niangjia.apps.contests import actions
from niangjia.apps.contests import queries as contests
from niangjia.apps.contests.models import Award, Contest, Entry, Juror, Round, Standing, Vote
from niangjia.apps.contests.problems import TooNear
from niangjia.apps.contests.tests import stage as stages
from niangjia.apps.organizations.types import ChangeKind
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries as place_queries
from niangjia.apps.places.models import Pairing
from niangjia.apps.programs.tests import town
from niangjia.apps.volunteers import queries as volunteers
from niangjia.apps.volunteers.models import Need
from niangjia.apps.volunteers.tests import room
from niangjia.jobs import reorganise, verify
from niangjia.jobs.reorganise import Asked

NOW = town.NOW
DAY = timedelta(days=1)


@pytest.fixture
def here(db) -> room.Room:
    return room.build()


def merged(here: room.Room | stages.Stage, code: str = "XG", to: str = "XH") -> dict[str, int]:
    admin = town.appoint("mover", here.town["C"], Role.ADMINISTRATOR)
    asked = Asked(ChangeKind.MERGE, here.town[code].id, here.town[to].id, NOW.date(), "工会调整〔2023〕1号")
    outlook = reorganise.look(admin, asked, now=NOW)
    counts = reorganise.carry_out(admin, asked, mark=outlook.mark, now=NOW)
    assert {name: counts[name] for name in outlook.services} == outlook.services
    return dict(outlook.services)


def test_an_open_need_goes_on_where_it_was_with_its_pair(here):
    need_id = here.open_need()
    pair_id = here.holds(need_id, 0)
    stage = here.card(need_id).stage
    assert merged(here)["needs"] == 1
    need = Need.objects.get(pk=need_id)
    assert (need.org_id, need.stage) == (here.town["XH"].id, stage) and need.pairs.get().pk == pair_id
    assert list(volunteers.verify()) == [] and merged_union_sees(here, need_id)


def merged_union_sees(here: room.Room, need_id: int) -> bool:
    officer = town.appoint("officer.of.xh", here.town["XH"], Role.GRASSROOTS)
    return volunteers.get_need(officer, need_id).id == need_id


def test_seats_kept_for_both_unions_become_one_and_every_booking_keeps_its_own(here):
    county, ours, theirs = here.county, here.town["XG"], here.town["XH"]
    facts = OfferFacts(
        title="体检", kind="check_up", org_id=county.org_id, area="330624", giving=Giving.FIRST_COME, opens_at=NOW, closes_at=NOW + 5 * DAY
    )  # fmt: skip
    offer = bookings.make_offer(viewer=county, facts=facts, key="check", now=NOW)
    bookings.add_slots(viewer=county, offer_id=offer, slots=[SlotFacts(NOW + 9 * DAY, NOW + 10 * DAY, 6)], now=NOW)
    for union, seats in ((ours, 1), (theirs, 2)):
        bookings.set_quota(viewer=county, offer_id=offer, org_id=union.id, group="", seats=seats, now=NOW)
    bookings.publish(viewer=county, offer_id=offer, now=NOW)
    people = [town.household(number, ours)[1][0] for number in (30, 31)] + [here.workers[0].person_id]
    asked = [bookings.ask(viewer=county, offer_id=offer, person_id=one, key=f"ask {one}", now=NOW) for one in people]
    states = [Booking.objects.get(pk=one).state for one in asked]
    assert states == ["SEATED", "WAITING", "SEATED"]
    found = merged(here)
    assert (found["offers"], found["bookings"]) == (0, 2)
    quota = Quota.objects.get(offer=offer)
    assert (quota.org_id, quota.seats, quota.taken) == (theirs.id, 3, 2 + 1), (
        "and who waited has the seat that was free"
    )
    assert {one.org_id for one in Booking.objects.filter(pk__in=asked)} == {theirs.id}
    assert [Booking.objects.get(pk=one).state for one in asked] == ["SEATED"] * 3
    assert list(booking_queries.verify(now=NOW)) == []


def test_an_agreement_goes_on_with_the_successor_and_keeps_what_was_counted(here):
    def agreed(with_id: int, **told: object) -> int:
        first, second = sorted((here.firm.org_id, with_id))
        told |= {"first_id": first, "second_id": second, "kind": "base", "since": date(2023, 3, 1)}
        return Pairing.objects.create(**{"state": "CONFIRMED"} | told).pk

    with_other = agreed(here.town["YG"].id, paper="协议1号")
    agreed(here.town["XH"].id)
    asked = agreed(here.town["Y"].id, state="PROPOSED", proposed_by_id=here.firm.org_id)
    places.record_sent(viewer=here.firm, pairing_id=with_other, year=2023, persons=12, source="名单", now=NOW)
    assert merged(here)["pairings"] == 3
    assert Pairing.objects.get(pk=asked).state == "DECLINED", "who takes over has proposed nothing"
    lasting = Pairing.objects.filter(until__isnull=True, state="CONFIRMED")
    assert [({one.first_id, one.second_id}, one.since, one.paper) for one in lasting] == [
        ({here.town["XH"].id, here.town["YG"].id}, NOW.date(), "协议1号")
    ]
    assert Pairing.objects.get(pk=with_other).sent.get().persons == 12
    assert place_queries.recognises(here.town["XH"].id, here.town["YG"].id, "base", on=NOW.date() + DAY)
    assert list(place_queries.verify()) == []


# --- contests ---


def judged(stage: stages.Stage) -> stages.Stage:
    """A first round that is closed, and a second one in which the first juror marked one of two."""
    stage.call()
    stage.with_entries(3)
    stage.sit(2)
    stage.open()
    for juror in stage.jurors[:2]:
        stage.declare(juror)
        stage.mark(juror, 90, 80, 70)
    stage.vote(5, stage.entries[0])
    stage.close()
    return stage


@pytest.fixture
def stage(db, monkeypatch) -> stages.Stage:
    stages.install(monkeypatch, stages.TEXT)
    return stages.build()


def test_entries_go_on_with_the_successor_and_a_closed_round_counts_as_it_was_counted(stage):
    judged(stage)
    of_ended = list(Entry.objects.filter(org=stage.town["XG"].id).values_list("pk", flat=True))
    before = (
        list(Standing.objects.order_by("pk").values()),
        Round.objects.get(place=1).sheet,
        list(Vote.objects.values()),
    )
    seats = list(Juror.objects.order_by("pk").values())
    assert merged(stage)["entries"] == len(of_ended) == 1
    assert set(Entry.objects.values_list("org_id", flat=True)) == {stage.town["XH"].id}
    assert before == (
        list(Standing.objects.order_by("pk").values()),
        Round.objects.get(place=1).sheet,
        list(Vote.objects.values()),
    )
    assert seats == list(Juror.objects.order_by("pk").values())
    assert list(contests.verify()) == []
    stage.open()
    assert {one.id for one in contests.list_judged(None, stage.round.pk)} == set(stage.entries[:2]), (
        "who went on still does"
    )


def test_a_contest_goes_on_with_the_union_that_takes_over_and_a_finished_one_stays(stage):
    stage.call()
    living = stage.contest_id
    stage.call()
    actions.call_off(viewer=stage.county, contest_id=stage.contest_id, reason="停办", now=stage.now)
    Contest.objects.update(org_id=stage.town["XG"].id)
    found = merged(stage)
    assert found["contests"] == 1
    assert dict(Contest.objects.values_list("pk", "org_id")) == {
        living: stage.town["XH"].id,
        stage.contest_id: stage.town["XG"].id,
    }


def test_a_contest_that_is_over_goes_along_while_it_owes_a_prize(stage):
    judged(stage)
    stage.through([95, 90])
    stage.announce()
    stage.finish()
    assert Award.objects.filter(amount__gt=0).count() == 1
    assert contests.count_living_at(stage.county.org_id) == {"contests": 1, "entries": 0}
    entered = dict(Entry.objects.values_list("pk", "org_id"))
    Contest.objects.update(org_id=stage.town["XG"].id)
    assert merged(stage)["contests"] == 1
    assert dict(Entry.objects.values_list("pk", "org_id")) == entered, (
        "an honour stays with the union that put it forward"
    )


def test_a_juror_who_becomes_a_colleague_of_an_entry_keeps_the_mark_they_gave_and_gives_no_other(stage):
    stage.jurors[:2] = [town.appoint(f"juror.xh{number}", stage.town["XH"], Role.GRASSROOTS) for number in range(2)]
    stage.call()
    ours, of_ended, theirs = stage.with_entries(3)
    stage.sit(3)
    stage.open()
    for juror in stage.jurors:
        stage.declare(juror)
    stage.mark(stage.jurors[0], 88, entries=[of_ended])
    stage.mark(stage.jurors[2], 70, 71, 72)
    merged(stage)
    with pytest.raises(TooNear):
        stage.mark(stage.jurors[1], 99, entries=[of_ended])
    round_id = stage.close("评委都已打分或回避")
    lines = {one["entry"]: one for one in Round.objects.get(pk=round_id).sheet["entries"]}
    line = lines[Entry.objects.get(pk=of_ended).number]
    assert (line["marks"], line["barred"]) == ({"1": "88.00", "3": "71.00"}, ["2"])
    assert list(contests.verify()) == []


def test_what_was_left_with_a_union_that_ended_is_found_out(here):
    need_id = here.open_need()
    merged(here)
    assert list(verify.left_behind(NOW.date())) == []
    Need.objects.filter(pk=need_id).update(org_id=here.town["XG"].id)
    (breach,) = verify.left_behind(NOW.date())
    assert (
        breach.rule == "LEFT_BEHIND"
        and breach.place == f"orgunit:{here.town['XG'].id}"
        and "'needs': 1" in breach.detail
    )


# --- bulletins ---


def drafted(viewer, key: str) -> int:
    content = Content("关于4月的通报", "下级各工会", "", [BlockText("text", "全部到位。")])
    return bulletins.draft(
        viewer=viewer, kind="hardship-monthly", period="2023-04", content=content, figures=[], tables=[], as_of=NOW, mark="新总工通", key=key, now=NOW
    )  # fmt: skip


def test_a_draft_of_a_merged_union_goes_on_and_what_it_issued_is_still_read_under_its_number(here):
    county, second, heir = here.town.county, here.town.county_second, here.town.other_county
    issued, waiting = drafted(county, "issued"), drafted(county, "waiting")
    for one in (issued, waiting):
        bulletins.review(viewer=second, bulletin_id=one, now=NOW)
    assert bulletins.issue(viewer=second, bulletin_id=issued, now=NOW) == 1
    assert merged(here, "X", "Y")["bulletins"] == 1
    card = bulletin_queries.get_bulletin(heir, waiting)
    assert (card.org_id, card.state, card.reviewed_by, card.mark) == (here.town["Y"].id, State.DRAFT, None, "工通")
    read = bulletin_queries.get_bulletin(heir, issued)
    assert (read.org_name, read.number, read.mark, read.state) == ("新昌县总工会", 1, "新总工通", State.ISSUED)
    assert list(bulletin_queries.verify()) == []
    bulletins.withdraw(viewer=heir, bulletin_id=issued, reason="数字有误", now=NOW)
    assert bulletin_queries.get_bulletin(heir, issued).state is State.WITHDRAWN
