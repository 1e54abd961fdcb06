"""Contests of a small town for the journey: a call that is open, and one whose open selection is published and whose semi-final takes votes."""

from __future__ import annotations

from niangjia.apps.accounts.types import Role
from niangjia.apps.contests import queries
from niangjia.apps.contests.tests import own
from niangjia.apps.contests.tests.stage import DAY, Stage, worker
from niangjia.apps.programs.tests import town

VOICE = {
    "rounds.0.quota": "4", "rounds.0.vote.days": "3", "rounds.0.vote.choices": "1", "rounds.1.quota": "3", "rounds.2.vote.days": "30",
    "rounds.2.vote.choices": "2", "awards.0.places": "1", "awards.0.amount": "3000", "awards.1.places": "1", "awards.1.amount": "1000",
}  # fmt: skip
SONGS = ("茉莉花", "采茶舞曲", "我的祖国", "乡愁", "咱们工人有力量")
MARKS = ([90, 85, 80, 75, 60], [88, 84, 79, 76])


def lay(place: town.Town) -> dict[str, int]:
    own.adopt_all()
    jurors = [place.city, *(town.appoint(f"juror{number}", place["C"], Role.CITY) for number in (2, 3, 4, 5))]
    stage = Stage(place, [worker(number, place["XH"]) for number in range(41, 46)], jurors)
    stage.now = town.NOW - 40 * DAY
    stage.call("good-voice", VOICE, days=10)
    stage.entries = [
        stage.enter(one, title, part="song") for one, title in zip(stage.workers, SONGS, strict=True)
    ]  # fmt: skip
    stage.admit(*stage.entries)
    stage.sit(5)
    for number, marks in enumerate(MARKS):
        stage.open()
        judged = [one.id for one in queries.list_judged(None, stage.round.pk)]
        for seat, juror in enumerate(jurors):
            near = stage.entries[1] if seat == 2 else 0
            stage.declare(juror, *([near] if near and number == 0 else []))
            kept = [one for one in judged if one != near]
            given = [
                mark + seat * (1 if place % 2 else -1) for place, mark in enumerate(marks) if judged[place] in kept
            ]
            stage.mark(juror, *given, entries=kept)
        if number == 0:
            for voter, choice in ((0, 2), (1, 2), (2, 0)):
                stage.vote(voter, judged[choice])
        stage.close("有一位评委回避的那件，有效评分不足，按规则不排名")
    stage.now = town.NOW - DAY
    stage.open()
    running = stage.contest_id
    stage.now = town.NOW - DAY
    stage.call("good-voice", VOICE, days=30)
    return {"running": running, "call": stage.contest_id}
