"""E35 as the paper tells it: over two hundred recordings, four stages, twenty singers in the final; here from the call to the prizes."""

import random
import uuid
from datetime import date
from decimal import Decimal

import pytest

from niangjia.apps.accounts.types import Role
from niangjia.apps.contests import actions, counting, queries
from niangjia.apps.contests.models import Award, Entry, Round
from niangjia.apps.contests.tests import stage as stages
from niangjia.apps.contests.types import Subject
from niangjia.apps.files.tests import recordings
from niangjia.apps.funds import queries as funds
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as registry_queries
from niangjia.apps.registry.types import MembershipFacts

SINGERS = 210
FILLED = {
    "rounds.0.quota": "80", "rounds.0.vote.days": "7", "rounds.0.vote.choices": "3", "rounds.1.quota": "40", "rounds.2.vote.days": "5",
    "rounds.2.vote.choices": "1", "awards.0.places": "1", "awards.0.amount": "3000", "awards.1.places": "3", "awards.1.amount": "1000",
}  # fmt: skip


@pytest.fixture
def stage(db) -> stages.Stage:
    """The city organises; its factories nominate whoever sent a recording; five jurors of another county; eight listeners vote."""
    found = stages.build()
    found.jurors = [town.appoint(f"judge{number}", found.town["Y"], Role.COUNTY) for number in range(5)]
    numbers = range(100, 100 + SINGERS)
    homes = town.households(list(numbers), found.town["XG"], size=1)
    found.singers = [homes[number][1][0] for number in numbers]  # type: ignore[attr-defined]
    members = [MembershipFacts(town.pseudonym(number * 10), found.town["XG"].id, date(2015, 1, 1)) for number in numbers]  # fmt: skip
    registry.receive_memberships(members, now=stages.NOW)
    return found


def enter_all(stage) -> None:
    union = stage.town.grassroots
    for number, person_id in enumerate(stage.singers):
        entry = actions.start_entry(viewer=union, contest_id=stage.contest_id, subject=Subject(union.org_id, person_id=person_id), key=uuid.uuid4(), now=stage.now)  # fmt: skip
        actions.save_entry(
            viewer=union,
            entry_id=entry,
            title=f"歌曲{number}",
            intro="",
            contact="",
            has_consent=True,
            now=stage.now,
        )
        sound = recordings.mp3(3) if number % 2 else recordings.video()
        actions.keep_file(viewer=union, entry_id=entry, part="song", content=sound, now=stage.now)
        actions.hand_in(viewer=union, entry_id=entry, now=stage.now)
        stage.entries.append(entry)
    stage.admit(*stage.entries)


def judge(stage, chance: random.Random, *, level: int = 0) -> None:
    """Every juror marks all that is in the round; the last `level` of them the same, so that the cut has to be decided."""
    judged = [one.id for one in queries.list_judged(None, stage.round.pk)]
    rule = counting.rule_of(stage.round)
    for juror in stage.jurors:
        stage.declare(juror)
        marks = {}
        for place, entry in enumerate(judged):
            points = 60 if place >= len(judged) - level else chance.randrange(61, 100)
            marks[entry] = (
                {"": str(points)}
                if not rule.criteria
                else {one.id: str(Decimal(points) * one.points / 100) for one in rule.criteria}
            )
        assert actions.score(viewer=juror, round_id=stage.round.pk, marks=marks, now=stage.now) == len(judged)


def test_over_two_hundred_recordings_become_twenty_in_the_final_and_their_prizes(stage):
    chance = random.Random(35)
    stage.call("good-voice", FILLED, days=30)
    enter_all(stage)
    stage.sit(5)

    counts, drawn = [], []
    for place in range(4):
        stage.open()
        row = stage.round
        judge(stage, chance, level=25 if place == 2 else 0)
        if row.vote_closes_at:
            for number in range(8):
                judged = list(counting.entries_of(row).values_list("pk", flat=True))
                stage.vote(number, judged[number % 3], f"10.1.0.{number}")
        stage.close()
        row.refresh_from_db()
        ranking = counting.count(row.sheet, row.seed)
        assert [one.name for one in ranking.rows] == [one.entry.number for one in queries.list_lines(None, row.pk)]
        counts.append((len(ranking.rows), sum(one.goes_on for one in ranking.rows)))
        drawn.append(len(ranking.drawn))
    assert counts[0][0] == SINGERS > 200
    assert counts[0][1] >= 80 and counts[1][0] == counts[0][1] and counts[2][0] == counts[1][1]
    assert counts[2][1] == 20 and counts[3] == (20, 20), "twenty singers in the final, as the paper says"
    assert drawn[2] > 0, "the last places of the semi-final were level, and drawn"

    assert stage.announce() == 20
    assert stage.finish() == 20
    assert [Award.objects.filter(award=one).count() for one in ("gold", "silver", "finalist")] == [1, 3, 16]
    best = Award.objects.get(award="gold").entry
    held = registry_queries.list_recognitions([best.person_id])[best.person_id]
    assert [one.title for one in held] == ["职工好声音金奖"]
    assert list(queries.verify()) == []


def test_the_prize_is_set_aside_once_by_finance_from_the_fund_of_prizes(stage):
    text = stages.TEXT
    with pytest.MonkeyPatch.context() as patch:
        stages.install(patch, text)
        stage.call()
        stage.with_entries(2)
        stage.sit(1)
        stage.through([90, 80], [90, 80])
        stage.announce()
        stage.finish()
        gold = Award.objects.get(award="gold")
        finance = stage.town.finance
        assert actions.give_prize(viewer=finance, award_id=gold.pk, now=stage.now) is False
        (card,) = queries.get_award(stage.county, gold.pk).grants
        assert "contest-prizes" in card.refusal_zh or "预算" in card.refusal_zh
        stages.budget(stage, finance, stage.town.county_third, "contest-prizes", "5000.00")
        assert actions.give_prize(viewer=finance, award_id=gold.pk, now=stage.now) is True
        assert actions.give_prize(viewer=finance, award_id=gold.pk, now=stage.now) is True
        (card,) = queries.get_award(stage.county, gold.pk).grants
        assert funds.get_reservation(card.reservation_id).amount == Decimal("500.00")
        assert Entry.objects.filter(contest_id=stage.contest_id).count() == 2
        assert Round.objects.filter(contest_id=stage.contest_id, state="CLOSED").count() == 2
        assert list(queries.verify()) == []
