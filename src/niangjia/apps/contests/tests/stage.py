"""A small stage for tests: a county that organises, unions with workers, a jury of colleagues; steps of a contest in a line each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.contests import actions, packs, queries
from niangjia.apps.contests.models import Contest, Entry, Round
from niangjia.apps.files.tests import recordings
from niangjia.apps.funds import actions as funds
from niangjia.apps.programs.tests import town

NOW = town.NOW
SHIPPED = packs._read_all
"""The packs of the house, whatever a test put in their place."""
DAY = timedelta(days=1)
TEXT = """
id: small
title: {zh: 小比赛, en: Small contest}
about: {zh: 说明, en: about}
issuer: 新昌县总工会
area: "330624"
source: {title: 某通知, date: "2023", note: 某文件}
entry: {who: person, by: [worker, nomination], files: []}
rounds:
  - {id: first, title: {zh: 初评, en: first}, jury: 0.5, votes: 0.5, least_marks: 1, quota: 2, ties: [jury], cut_tie: all, vote: {days: 3, choices: 2, an_hour: 100, burst: 3, burst_minutes: 10}}
  - {id: last, title: {zh: 终评, en: last}, jury: 1, least_marks: 1, ties: [best_mark]}
awards:
  - {id: gold, title: {zh: 金奖, en: gold}, places: 1, honour: {zh: 小比赛金奖, en: gold of the small contest}, amount: 500}
  - {id: silver, title: {zh: 银奖, en: silver}}
notice: {working_days: 5}
fund: contest-prizes
"""


@dataclass
class Stage:
    """`workers`: accounts of workers, each of another household; `now` moves on."""

    town: town.Town
    workers: list[Viewer]
    jurors: list[Viewer]
    now: datetime = NOW
    contest_id: int = 0
    entries: list[int] = field(default_factory=list)

    @property
    def county(self) -> Viewer:
        return self.town.county

    @property
    def contest(self) -> Contest:
        return Contest.objects.select_related("org").get(pk=self.contest_id)

    @property
    def round(self) -> Round:
        return Round.objects.select_related("contest").get(contest_id=self.contest_id, state="OPEN")

    def fork(self) -> Stage:
        return Stage(self.town, list(self.workers), list(self.jurors))

    def call(self, pack_id: str = "small", values: dict[str, str] | None = None, *, days: int = 30) -> int:
        self.contest_id = actions.make_contest(
            viewer=self.county, pack_id=pack_id, org_id=self.county.org_id, title="", opens_at=self.now, closes_at=self.now + days * DAY,
            values=values or {}, key=uuid.uuid4().hex, now=self.now,
        )  # fmt: skip
        actions.publish(viewer=self.county, contest_id=self.contest_id, now=self.now)
        return self.contest_id

    def enter(self, worker: Viewer, title: str = "作品", *, part: str = "", hand_in: bool = True) -> int:
        entry = actions.start_entry(viewer=worker, contest_id=self.contest_id, key=uuid.uuid4(), now=self.now)
        actions.save_entry(
            viewer=worker, entry_id=entry, title=title, intro="我的作品", contact="", has_consent=True, now=self.now
        )
        if part:
            sound = recordings.mp4(mark=str(entry % 10).encode())
            actions.keep_file(viewer=worker, entry_id=entry, part=part, content=sound, now=self.now)
        if hand_in:
            actions.hand_in(viewer=worker, entry_id=entry, now=self.now)
        return entry

    def admit(self, *entry_ids: int) -> None:
        for one in entry_ids:
            actions.admit(viewer=self.county, entry_id=one, now=self.now)

    def with_entries(self, count: int) -> list[int]:
        self.entries = [self.enter(self.workers[number], f"作品{number}") for number in range(count)]
        self.admit(*self.entries)
        return self.entries

    def sit(self, count: int = 2) -> None:
        for juror in self.jurors[:count]:
            actions.appoint_juror(viewer=self.county, contest_id=self.contest_id, username=juror.name, now=self.now)

    def open(self) -> int:
        self.now = max(self.now, self.contest.closes_at)
        return actions.open_next_round(viewer=self.county, contest_id=self.contest_id, now=self.now)

    def declare(self, juror: Viewer, *entry_ids: int) -> None:
        actions.declare(viewer=juror, round_id=self.round.pk, entry_ids=entry_ids, now=self.now)

    def mark(self, juror: Viewer, *marks: float | str, entries: list[int] | None = None) -> None:
        told = {entry: {"": str(mark)} for entry, mark in zip(entries or self.entries, marks, strict=True)}
        actions.score(viewer=juror, round_id=self.round.pk, marks=told, now=self.now)

    def vote(self, number: int, entry: int, address: str = "") -> None:
        actions.vote(viewer=self.workers[number], round_id=self.round.pk, entry_id=entry, address=address, now=self.now)

    def close(self, reason: str = "") -> int:
        row = self.round
        self.now = max(self.now, row.vote_closes_at or self.now)
        actions.close_round(viewer=self.county, round_id=row.pk, reason=reason, now=self.now)
        return row.pk

    def through(self, *rounds: list[float]) -> None:
        """Every round in which the first juror gives these marks, to those who are in it by their number."""
        for marks in rounds:
            self.open()
            judged = list(Entry.objects.filter(pk__in=[one.id for one in queries.list_judged(None, self.round.pk)]).order_by("number").values_list("pk", flat=True))  # fmt: skip
            self.declare(self.jurors[0])
            self.mark(self.jurors[0], *marks, entries=judged)
            self.close("只有一位评委")

    def announce(self) -> int:
        return actions.announce(viewer=self.county, contest_id=self.contest_id, now=self.now)

    def finish(self) -> int:
        self.now += 10 * DAY
        return actions.finish(viewer=self.county, contest_id=self.contest_id, now=self.now)


def worker(number: int, union, *, size: int = 1) -> Viewer:
    _, persons = town.household(number, union, size=size)
    return town.appoint(f"worker{number}", union, Role.WORKER, person_id=persons[0])


def build(workers: int = 8) -> Stage:
    place = town.build()
    people = [worker(number + 1, place["XG" if number % 2 else "XH"]) for number in range(workers)]
    jurors = [town.appoint(f"juror{number}", place["C"], Role.CITY) for number in range(3)]
    return Stage(place, people, jurors)


def install(monkeypatch, *texts: str) -> None:
    """The contest packs of a test instead of those of the house."""
    read = [packs.read(text) for text in texts]
    monkeypatch.setattr(packs, "_read_all", lambda: read)


def budget(stage: Stage, asker: Viewer, approver: Viewer, purpose: str, amount: str) -> None:
    request = funds.open_budget(
        viewer=asker, org_id=asker.org_id, purpose=purpose, year=stage.now.year, amount=Decimal(amount), key=purpose, reason="年度预算", now=stage.now
    )  # fmt: skip
    funds.approve_request(viewer=approver, request_id=request, now=stage.now)
