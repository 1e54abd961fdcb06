"""The invented city's contests, one in each state: a call, a vote with a burst in it, a shortlist with an objection, those that are done. All invented."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import yaml
from django.utils import timezone
from PIL import Image

from demo.town.office import COUNTY, Office
from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as posts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.contests import actions, queries
from niangjia.apps.contests.types import Subject
from niangjia.apps.organizations import queries as unions
from niangjia.apps.places import queries as places
from niangjia.apps.registry import queries as registry
from niangjia.kernel.deployment import programs_folder

DAY = timedelta(days=1)
WANTED = 26
SUNG = ((75, 8), (60, 5), (50, 6), (40, 3))
"""Rounds of the contest that is over: so many days ago, and for so many days."""
BURST = 22
"""So many vote from one network: the pack shows twenty within ten minutes."""
SONGS = ("茉莉花", "我的祖国", "咱们工人有力量", "采茶舞曲", "乡愁")
HAZARDS = ("冲床防护罩松动", "仓库消防通道堆货", "行车限位失灵", "配电箱无门")
VOICE = {
    "rounds.0.quota": "80", "rounds.0.vote.days": "7", "rounds.0.vote.choices": "2", "rounds.1.quota": "40", "rounds.2.vote.days": "5",
    "rounds.2.vote.choices": "1", "awards.0.places": "1", "awards.0.amount": "3000", "awards.1.places": "3", "awards.1.amount": "1000",
}  # fmt: skip
HAZARD = {"rounds.0.pass_mark": "60", "awards.0.places": "1", "awards.0.amount": "800", "awards.1.amount": "200"}
WEAVING = {"rounds.0.pass_mark": "60", "rounds.1.pass_mark": "70"}
STATIONS = {"rounds.0.vote.days": "7", "rounds.0.vote.choices": "3"}
ADOPTED = ("330100-hazard-cases", "330781-weaving-skills", "330800-good-voice")
"""Contests of other cities that the invented county holds as well: by its own version of their rules, for theirs are theirs to set up."""
ENDED = "beautiful-stations"
OF_PLACES = (("beautiful-stations", "station", STATIONS), ("bookhouses", "bookhouse", {"rounds.0.quota": "3", "rounds.0.tilt.points": "5"}), ("recuperation-bases", "base", {"rounds.0.quota": "3"}))  # fmt: skip


@dataclass
class Contests:
    """The county's contests and the province's: who runs them, who sits on the jury, who enters."""

    office: Office
    clock: Callable[[], datetime]
    present: date
    workers: list[Viewer] = field(default_factory=list)
    holders: dict[int, Viewer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        county, city = unions.find_county_union(COUNTY + "000000"), unions.find_city_union(COUNTY + "000000")
        province = unions.find_root()
        assert county and city and province, "the invented city has its unions"
        adopt(self.office.deployment.contests, f"{county.name}（虚构）")
        now = self.clock()
        self.county_id, self.organiser = county.id, self.office.officer(county.id, now, nth=4)
        self.province = self.office.officer(province.id, now, nth=4)
        self.second = self.office.officer(county.id, now, nth=5)
        self.jury = [self.office.officer(city.id, now, nth=number) for number in (4, 5, 6)]
        self.finance = self.office.clerk(county.id, Role.FINANCE, now)

    def hire(self, count: int) -> None:
        """Accounts for those who enter and vote; nobody logs in as them."""
        now = self.clock()
        county = self.office.officer(self.county_id, now)
        persons = list(registry.visible_persons(county).order_by("-pk").values_list("pk", flat=True)[:3000])
        taken = set(posts.accounts_of_persons(persons))
        members = registry.open_memberships_of(persons)
        joined = unions.get_unions({facts.org_id for facts in members.values()})
        ours = {person for person, facts in members.items() if joined[facts.org_id].path.startswith(county.org_path)}
        free = [one for one in persons if one in ours and one not in taken]
        for number, person_id in enumerate(free[:count], start=1):
            account = accounts.create_account(
                viewer=None, username=f"entrant-{number}", name=f"参评职工{number}（虚构）", password=None, person_id=person_id, now=now
            )  # fmt: skip
            post = accounts.appoint(
                viewer=None, account_id=account, org_id=self.county_id, role=Role.WORKER, starts_on=self.office.started, now=now
            )  # fmt: skip
            self.workers.append(
                posts.get_viewer(account_id=account, post_id=post, today=timezone.localdate(now))
            )  # fmt: skip

    def call(
        self, pack_id: str, values: dict[str, str], *, since: int, days: int, title: str = "", is_open: bool = False
    ) -> int:
        """`is_open`: it still takes entries on the reader's day."""
        now = self.clock()
        lag = self.present - timezone.localdate(now) if is_open else timedelta(0)
        holder = self.organiser if any(one.endswith(pack_id) for one in ADOPTED) else self.province
        contest = actions.make_contest(
            viewer=holder, pack_id=pack_id, org_id=holder.org_id, title=title, opens_at=now - since * DAY, closes_at=now + (days - since) * DAY + lag,
            values=values, key=f"demo-{pack_id}-{since}", now=now,
        )  # fmt: skip
        actions.publish(viewer=holder, contest_id=contest, now=now)
        self.holders[contest] = holder
        return contest

    def enter(self, contest: int, worker: Viewer, title: str, *, part: str = "", content: bytes = b"") -> int:
        now = self.began(contest)
        entry = actions.start_entry(viewer=worker, contest_id=contest, key=uuid.uuid4(), now=now)
        actions.save_entry(
            viewer=worker, entry_id=entry, title=f"{title}（虚构）", intro="演示用的参评，全部虚构。", contact="", has_consent=True, now=now
        )  # fmt: skip
        if part:
            actions.keep_file(viewer=worker, entry_id=entry, part=part, content=content, now=now)
        return entry

    def began(self, contest: int) -> datetime:
        """A moment within its call."""
        return queries.get_contest(None, contest).opens_at + timedelta(hours=1)

    def hand_in(self, contest: int, *entries: int, worker: dict[int, Viewer], admit: bool = True) -> None:
        for entry in entries:
            actions.hand_in(viewer=worker[entry], entry_id=entry, now=self.began(contest))
            if admit:
                actions.admit(viewer=self.holders[contest], entry_id=entry, now=self.clock())

    def sit(self, contest: int) -> None:
        for juror in self.jury:
            username = posts.get_account(juror.account_id).username
            actions.appoint_juror(viewer=self.holders[contest], contest_id=contest, username=username, now=self.clock())

    def open(self, contest: int, *, ago: int = 0) -> int:
        return actions.open_next_round(viewer=self.holders[contest], contest_id=contest, now=self.clock() - ago * DAY)

    def mark(self, contest: int, base: Sequence[int], *, ago: int = 0) -> None:
        """Every juror marks what is in the round: about `base`, each a little differently."""
        card = queries.get_contest(None, contest)
        row = card.open_round
        assert row is not None
        judged = [one.id for one in queries.list_judged(None, row.id)]
        for seat, juror in enumerate(self.jury):
            actions.declare(viewer=juror, round_id=row.id, entry_ids=(), now=self.clock() - ago * DAY)
            marks = {}
            for place, entry in enumerate(judged):
                points = Decimal(base[place % len(base)] + seat - 1)
                marks[entry] = (
                    {one.id: str((points * one.points / 100).quantize(Decimal("0.01"))) for one in row.rule.criteria}
                    if row.rule.criteria
                    else {"": str(points)}
                )
            actions.score(viewer=juror, round_id=row.id, marks=marks, now=self.clock() - ago * DAY)

    def close(self, contest: int, *, ago: int = 0) -> None:
        row = queries.get_contest(None, contest).open_round
        assert row is not None
        actions.close_round(viewer=self.holders[contest], round_id=row.id, now=self.clock() - ago * DAY)

    def has_vote(self, contest: int) -> bool:
        row = queries.get_contest(None, contest).open_round
        return row is not None and row.rule.votes is not None

    def announce(self, contest: int, *, ago: int = 0) -> None:
        actions.announce(viewer=self.holders[contest], contest_id=contest, now=self.clock() - ago * DAY)

    def award(self, contest: int) -> None:
        """The notice was up long enough, and what was won is given."""
        self.announce(contest, ago=20)
        actions.finish(viewer=self.holders[contest], contest_id=contest, now=self.clock())


def adopt(folder: Path, issuer: str) -> None:
    """The county's own version of contests of other cities, as files of the deployment: the area and the issuer are its own."""
    folder.mkdir(exist_ok=True)
    for name in ADOPTED:
        given = yaml.safe_load((programs_folder() / "contests" / f"{name}.yaml").read_text(encoding="utf-8"))
        own = yaml.safe_dump(given | {"area": COUNTY, "issuer": issuer}, allow_unicode=True, sort_keys=False)
        (folder / f"{COUNTY}-{given['id']}.yaml").write_text(own, encoding="utf-8")


def play(office: Office, worker: Viewer | None, clock: Callable[[], datetime], present: date) -> int:
    """Contests of the papers in several states; how many. A town with too few members has the calls alone, one with few no vote."""
    desk = Contests(office, clock, present)
    desk.hire(WANTED)
    _calls(desk, worker)
    if len(desk.workers) < len(HAZARDS):
        return 2
    if has_voters := len(desk.workers) >= 6:
        _vote(desk, worker)
    _shortlist(desk)
    _chain(desk)
    # Five sit from here on, for the highest and the lowest mark are dropped and three have to count.
    city = desk.jury[0].org_id
    desk.jury += [office.officer(city, desk.clock(), nth=number) for number in (7, 8)]
    if has_voters:
        _sung(desk)
    return 4 + 2 * has_voters + _of_places(desk)


def _sound() -> bytes:
    """A whole MP3 without a sound: half a second of silence."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * 20


def _plain_picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (480, 320), (200, 216, 226)).save(written, "JPEG")
    return written.getvalue()


def _calls(desk: Contests, worker: Viewer | None) -> None:
    """A call that is open, with entries that wait; and the award whose eligibility a pack tells."""
    contest = desk.call("good-voice", VOICE, since=3, days=30, title="职工好声音（虚构）秋季赛", is_open=True)
    for number, one in enumerate(desk.workers[:3]):
        entry = desk.enter(contest, one, SONGS[number], part="song", content=_sound())
        desk.hand_in(contest, entry, worker={entry: one}, admit=number == 0)
    if worker is not None and registry.open_memberships_of([worker.person_id or 0]):
        desk.enter(contest, worker, SONGS[4])
    award = desk.call("ip-award", {"rounds.0.quota": "2", "awards.0.places": "1", "notice.working_days": "5"}, since=2, days=20, is_open=True)  # fmt: skip
    grassroots = desk.organiser
    entry = actions.start_entry(
        viewer=grassroots, contest_id=award, subject=Subject(desk.county_id, unit_name="新昌某轴承公司（虚构）"), key=uuid.uuid4(), now=desk.clock()
    )  # fmt: skip
    actions.save_entry(
        viewer=grassroots, entry_id=entry, title="静音轴承专利（虚构）", intro="演示用的提名，全部虚构。", contact="", has_consent=False, now=desk.clock()
    )  # fmt: skip
    actions.keep_file(viewer=grassroots, entry_id=entry, part="papers", content=_plain_picture(), now=desk.clock())
    actions.hand_in(viewer=grassroots, entry_id=entry, now=desk.clock())


def _vote(desk: Contests, worker: Viewer | None) -> None:
    """The open selection with its vote: a burst from one network, and jurors half through."""
    still = (desk.present - timezone.localdate(desk.clock())).days  # the vote is open on the reader's day
    contest = desk.call("good-voice", VOICE | {"rounds.0.vote.days": str(7 + max(still, 0))}, since=20, days=15)
    who: dict[int, Viewer] = {}
    for number, one in enumerate(desk.workers[3:8]):
        who[desk.enter(contest, one, SONGS[number], part="song", content=_sound())] = one
    desk.hand_in(contest, *who, worker=who)
    desk.sit(contest)
    round_id = desk.open(contest)
    first, second, *_rest = who
    for number, one in enumerate(desk.workers):
        actions.vote(
            viewer=one, round_id=round_id, entry_id=first if number < BURST else second, address="10.9.0.1" if number < BURST else "", now=desk.clock()
        )  # fmt: skip
    actions.declare(viewer=desk.jury[0], round_id=round_id, entry_ids=[second], now=desk.clock())
    actions.score(viewer=desk.jury[0], round_id=round_id, marks={first: {"": "88"}}, now=desk.clock())


def _sung(desk: Contests) -> None:
    """The year before's singing contest, sung to its end: open selection, preliminary, semi-final, final, prizes."""
    singers = len(desk.workers)
    values = VOICE | {"rounds.0.quota": str(max(singers - 2, 4)), "rounds.1.quota": str(max(singers - 4, 3))}
    contest = desk.call("good-voice", values, since=100, days=20, title="职工好声音（虚构）上一季")
    who: dict[int, Viewer] = {}
    for number, one in enumerate(desk.workers):
        song = f"{SONGS[number % len(SONGS)]} {number + 1} 号"
        who[desk.enter(contest, one, song, part="song", content=_sound())] = one
    desk.hand_in(contest, *who, worker=who)
    desk.sit(contest)
    for opened, days in SUNG:
        round_id = desk.open(contest, ago=opened)
        if desk.has_vote(contest):
            judged = [one.id for one in queries.list_judged(None, round_id)]
            for number, one in enumerate(desk.workers):
                actions.vote(
                    viewer=one, round_id=round_id, entry_id=judged[number * 7 % 11 % len(judged)], address="", now=desk.clock() - (opened - 1) * DAY
                )  # fmt: skip
        desk.mark(contest, [95 - number for number in range(30)], ago=opened - 2)
        desk.close(contest, ago=opened - days)
    desk.award(contest)
    best = queries.list_awards(desk.organiser, contest)[0]
    actions.give_prize(viewer=desk.finance, award_id=best.id, now=desk.clock())


def _shortlist(desk: Contests) -> None:
    """Hazard reports: the shortlist is up, with an objection."""
    contest = desk.call("hazard-cases", HAZARD, since=30, days=20)
    who: dict[int, Viewer] = {}
    for one, title in zip(desk.workers, HAZARDS, strict=False):
        who[desk.enter(contest, one, title, part="photos", content=_plain_picture())] = one
    desk.hand_in(contest, *who, worker=who)
    desk.sit(contest)
    desk.open(contest)
    desk.mark(contest, (92, 85, 78, 55))
    desk.close(contest)
    desk.announce(contest)
    line = queries.list_notices(None, contest)[-1]
    actions.object_to_notice(
        notice_id=line.id, words="照片像是别的车间的，请核实。（虚构）", contact="", now=desk.clock()
    )


def _chain(desk: Contests) -> None:
    """Weaving: levels given, one allowance decided and set aside."""
    contest = desk.call("weaving-skills", WEAVING, since=60, days=20)
    who = {desk.enter(contest, one, f"挡车工 {number} 号"): one for number, one in enumerate(desk.workers[:6], start=1)}
    desk.hand_in(contest, *who, worker=who)
    desk.sit(contest)
    for base in ((90, 88, 84, 80, 76, 50), (95, 90, 86, 82, 78)):
        desk.open(contest)
        desk.mark(contest, base)
        desk.close(contest)
    desk.award(contest)
    best = queries.list_awards(desk.organiser, contest)[0]
    actions.give_allowance(
        viewer=desk.second, award_id=best.id, facts={"is_textile_worker": True}, now=desk.clock()
    )  # fmt: skip


def _of_places(desk: Contests) -> int:
    """Calls to which places of the register are nominated, as far as there are any, and one that is over; how many."""
    count = 0
    for pack_id, kind, values in OF_PLACES:
        rows = list(places.list_places(desk.organiser, kind=kind, state="LISTED").select_related("org")[:3])
        if not rows:
            continue
        is_over = pack_id == ENDED
        contest = desk.call(
            pack_id, values, since=60 if is_over else 1, days=20 if is_over else 30, is_open=not is_over
        )
        count += 1
        entered, now = [], desk.began(contest)
        for row in rows:
            subject = Subject(row.org_id, place_id=row.pk)
            entry = actions.start_entry(
                viewer=desk.organiser, contest_id=contest, subject=subject, key=uuid.uuid4(), now=now
            )
            actions.save_entry(
                viewer=desk.organiser, entry_id=entry, title=row.name[:80], intro="演示用的推荐，全部虚构。", contact="", has_consent=True, now=now
            )  # fmt: skip
            for rule in queries.get_contest(None, contest).pack.files:
                actions.keep_file(
                    viewer=desk.organiser, entry_id=entry, part=rule.id, content=_plain_picture(), now=now
                )
            actions.hand_in(viewer=desk.organiser, entry_id=entry, now=now)
            entered.append(entry)
        if is_over:
            _choose(desk, contest, entered)
    return count


def _choose(desk: Contests, contest: int, entered: Sequence[int]) -> None:
    """Places admitted, marked, voted for and named: marks and votes are invented."""
    for entry in entered:
        actions.admit(viewer=desk.province, entry_id=entry, now=desk.clock())
    desk.sit(contest)
    round_id = desk.open(contest, ago=30)
    for number, one in enumerate(desk.workers):
        actions.vote(
            viewer=one, round_id=round_id, entry_id=entered[number % 5 % len(entered)], address="", now=desk.clock() - 29 * DAY
        )  # fmt: skip
    desk.mark(contest, (93, 88, 84))
    desk.close(contest)
    desk.award(contest)
