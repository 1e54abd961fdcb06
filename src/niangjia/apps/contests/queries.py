"""Reads: contests and their rounds, entries, the jury's sheets, votes, the shortlist, awards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.contests import access, allowances, counted, counting, hands, moving, packs, sealed
from niangjia.apps.contests.cards import (
    award_cards,
    award_words,
    contest_card,
    entry_cards,
    objection_card,
    round_card,
    title_of,
)
from niangjia.apps.contests.lifecycle import EntryState, Nearness, VoteState
from niangjia.apps.contests.models import (
    Award,
    Conflict,
    Contest,
    Declaration,
    Entry,
    Juror,
    Mark,
    Objection,
    PublicNotice,
    Round,
    Standing,
    Vote,
)
from niangjia.apps.contests.problems import NotFound
from niangjia.apps.contests.resealing import sealed_columns as sealed_columns
from niangjia.apps.contests.types import (
    AwardCard,
    Burst,
    ContestCard,
    EntryCard,
    Honour,
    JurorCard,
    LineCard,
    NoticeCard,
    ObjectionCard,
    RoundCard,
    ScoreRow,
    Sheet,
    Waiting,
)
from niangjia.apps.contests.verification import verify
from niangjia.apps.files import queries as files
from niangjia.apps.objections.problems import NoticeIsDown
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import Subject, SubjectKind
from niangjia.engines.policy.pack import Pack as PolicyPack
from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal

entries_to_count, honours_to_count = counted.entries, counted.honours

__all__ = [
    "NotFound", "bursts_of", "contest_card", "count_living_at", "count_states", "count_waiting", "drawn_in", "entry_cards", "facts_asked", "find_eligibility", "find_pack_of_level", "get_award", "get_contest",
    "get_entry", "get_live_notice", "get_objection", "get_sheet", "has_seat", "list_awards", "list_contests", "list_entries", "list_honours", "list_judged", "list_jury", "list_lines",
    "list_notices", "list_objections", "list_own_entries", "list_packs", "list_seats", "list_waiting_allowances", "may_answer", "may_decide_allowances", "own_votes", "persons_to_tell",
    "score_sheet", "award_titles", "jurors_to_tell", "titles", "is_own", "verify", "vote_counts",
    "hands",
]  # fmt: skip


def list_packs(viewer: Viewer) -> list[Sheet]:
    """What the viewer's union may set a contest up from. Raises NotAllowed, PackRefused."""
    permissions.require(viewer, "contests.manage")
    return packs.list_packs(organizations.get_union(viewer.org_id))


def get_sheet(viewer: Viewer, pack_id: str) -> Sheet:
    """Raises NotAllowed, NoSuchPack; NotYourPack: it is another union's to set up."""
    permissions.require(viewer, "contests.manage")
    return packs.get_pack(pack_id, organizations.get_union(viewer.org_id))


def titles() -> Mapping[str, Mapping[str, str]]:
    """What each contest of the packs is called, by the pack's id."""
    return {one.id: one.title for one in packs.list_every()}


def award_titles(contest: str = "") -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """What each award is called, by its id: in one contest, or in every one that has it."""
    found: dict[str, tuple[Mapping[str, str], ...]] = {}
    for pack in packs.list_every():
        if contest in ("", pack.id):
            for award in pack.given["awards"]:
                found[award["id"]] = (*found.get(award["id"], ()), award["title"])
    return found


def list_contests(viewer: Viewer | None, *, state: str = "") -> QuerySet[Contest]:
    """Newest first: what is published, and drafts of the viewer's part of the tree. Cards by `contest_card`."""
    rows = access.contests(viewer).select_related("org").order_by("-opens_at", "-pk")
    return rows.filter(state=state) if state else rows


def get_contest(viewer: Viewer | None, contest_id: int) -> ContestCard:
    """With its rounds. Raises NotFound."""
    contest = access.find(viewer, contest_id)
    rounds = [round_card(row, contest) for row in Round.objects.filter(contest=contest).order_by("place")]
    return contest_card(contest, tuple(rounds))


@looking.once
def _seen_round(viewer: Viewer | None, round_id: int) -> Round | None:
    """Not to be changed."""
    rows = Round.objects.select_related("contest").filter(pk=round_id, contest__in=access.contests(viewer))
    return rows.first()


def is_own(viewer: Viewer | None, card: ContestCard) -> bool:
    """Whether the viewer may run it."""
    return viewer is not None and access.may_run(viewer, card.org_path)


def count_waiting(viewer: Viewer) -> dict[int, int]:
    """By contest of the viewer's part of the tree: entries that nobody has looked at. Raises NotAllowed."""
    permissions.require(viewer, "contests.view")
    rows = Entry.objects.filter(scope.inside("contest__org", viewer.org_path), state=EntryState.SUBMITTED)
    return dict(rows.order_by().values_list("contest_id").annotate(count=Count("pk")))


# --- entries ---


def list_entries(viewer: Viewer, contest_id: int, *, state: str = "") -> QuerySet[Entry]:
    """Of one contest, in the order of their numbers; cards by `entry_cards`. Raises NotAllowed."""
    rows = access.entries(viewer).filter(contest_id=contest_id).select_related("org").order_by("number")
    return rows.filter(state=state) if state else rows


def list_own_entries(viewer: Viewer) -> list[EntryCard]:
    """A worker's own, newest first; an officer's: what they put forward. Raises NotAllowed."""
    rows = access.entries(viewer).select_related("org")
    if viewer.role is not Role.WORKER:
        rows = rows.filter(scope.inside("org", viewer.org_path), is_nominated=True)
    return entry_cards(rows.order_by("-pk"))


def get_entry(viewer: Viewer, entry_id: int) -> EntryCard:
    """With its files; what is sealed comes by `actions.open_entry`. Raises NotAllowed, NotFound."""
    row = access.find_entry(viewer, entry_id)
    found: dict[str, tuple] = {}
    for card in files.list_files(moving.owner_of(row)):
        found[card.part] = (*found.get(card.part, ()), card)
    return entry_cards([row], files={row.pk: found})[0]


def list_judged(viewer: Viewer | None, round_id: int) -> list[EntryCard]:
    """
    What is judged in the open round, for those who vote: with the introduction of who agreed to it. Raises NotFound.
    """
    row = _seen_round(viewer, round_id)
    if row is None:
        raise NotFound
    rows = list(counting.entries_of(row).select_related("org"))
    listed = files.list_of_many("contest_entry", [one.key.hex for one in rows])
    shown = {
        one.pk: {
            "recordings": tuple(card for card in listed.get(one.key.hex, []) if card.is_recording or card.is_photo)
        }
        for one in rows
        if one.has_consent
    }
    intros = {
        one.pk: str(sealed.unseal(one.secret, "entry", one.key).get("intro", "")) for one in rows if one.has_consent
    }
    return entry_cards(rows, files=shown, intros=intros)


def persons_to_tell(entry_ids: Iterable[int]) -> dict[int, int]:
    """By entry: whose it is, for messages. No scope."""
    rows = Entry.objects.filter(pk__in=set(entry_ids), person__isnull=False)
    return {pk: person_id for pk, person_id in rows.values_list("pk", "person_id") if person_id is not None}


def jurors_to_tell(contest_ids: Iterable[int]) -> dict[int, list[int]]:
    """By contest: the accounts that sit on its jury. No scope."""
    found: dict[int, list[int]] = {}
    rows = Juror.objects.filter(contest_id__in=set(contest_ids), left_at__isnull=True).order_by("seat")
    for contest_id, account_id in rows.values_list("contest_id", "account_id"):
        found.setdefault(contest_id, []).append(account_id)
    return found


def find_eligibility(entry: EntryCard, contest: ContestCard, *, asof: datetime) -> PolicyPack | None:
    """The pack that says who may enter; None: officers judge, or it is not installed there."""
    if not contest.pack.eligibility:
        return None
    try:
        return programs.get_pack(
            contest.pack.eligibility, area=_area_of(contest), asof=timezone.localdate(entry.handed_in_at or asof)
        )
    except Refusal:
        return None


def find_pack_of_level(award: AwardCard, contest: ContestCard) -> PolicyPack | None:
    """The pack that the award's skill level leads to; None: to none, or it is not installed there."""
    if not award.program:
        return None
    try:
        return programs.get_pack(award.program, area=_area_of(contest), asof=award.given_on)
    except Refusal:
        return None


def _area_of(contest: ContestCard) -> str:
    return Contest.objects.values_list("org__area", flat=True).get(pk=contest.id)


# --- the jury ---


def list_jury(viewer: Viewer, card: ContestCard, *, with_conflicts: bool = True) -> list[JurorCard]:
    """By seat, with what each owes in the open round and, if asked for, to what they are near. Raises NotAllowed."""
    permissions.require(viewer, "contests.view")
    declares = Declaration.objects.filter(juror=OuterRef("pk"), round_id=card.open_round.id if card.open_round else 0)
    rows = Juror.objects.filter(contest_id=card.id).annotate(has_declared=Exists(declares))
    jurors = list(rows.order_by("seat"))
    declared = {one.pk for one in jurors if vars(one)["has_declared"]}
    owes: dict[int, int] = {}
    marked: dict[int, int] = {}
    if card.open_round is not None:
        row = Round(pk=card.open_round.id, contest_id=card.id, place=card.open_round.place)
        owes, marked = counting.owed(row, [one.pk for one in jurors if one.left_at is None])
    near: dict[int, list[tuple[str, Nearness]]] = {}
    found = Conflict.objects.filter(juror__contest_id=card.id) if with_conflicts else Conflict.objects.none()
    for juror_id, number, why in found.order_by("entry__number").values_list("juror_id", "entry__number", "nearness"):
        near.setdefault(juror_id, []).append((number, Nearness(why)))
    names = accounts.names_of({one.account_id for one in jurors})
    return [
        JurorCard(
            one.pk, one.account_id, one.seat, names.get(one.account_id, ""), one.left_at is None, one.pk in declared, marked.get(one.pk, 0),
            owes.get(one.pk, 0), tuple(near.get(one.pk, ())),
        )
        for one in jurors
    ]  # fmt: skip


def has_seat(viewer: Viewer) -> bool:
    return Juror.objects.filter(account_id=viewer.account_id, left_at__isnull=True).exists()


def list_seats(viewer: Viewer) -> list[ContestCard]:
    """Contests on whose jury the viewer sits, with their rounds, newest first."""
    seats = Juror.objects.filter(account_id=viewer.account_id, left_at__isnull=True)
    rows = Contest.objects.filter(pk__in=seats.values("contest_id")).select_related("org").order_by("-opens_at")
    return [get_contest(None, row.pk) for row in rows if row.state != "DRAFT"]


def score_sheet(viewer: Viewer, contest_id: int) -> tuple[ContestCard, bool, list[ScoreRow]]:
    """The contest, whether the viewer has declared, and their sheet of its open round (empty: none is open). Raises NotYourJury, NotFound."""
    juror = access.juror_of(viewer, contest_id)
    contest = get_contest(None, contest_id)
    if contest.open_round is None:
        return contest, False, []
    row = Round.objects.select_related("contest").get(pk=contest.open_round.id)
    has_declared = Declaration.objects.filter(juror=juror, round=row).exists()
    near = {
        entry: Nearness(why) for entry, why in Conflict.objects.filter(juror=juror).values_list("entry_id", "nearness")
    }
    marks = {one.entry_id: one for one in Mark.objects.filter(juror=juror, round=row)}
    rows = list(counting.entries_of(row).select_related("org"))
    listed = files.list_of_many("contest_entry", [one.key.hex for one in rows])
    cards = entry_cards(rows, files={one.pk: {"all": tuple(listed.get(one.key.hex, ()))} for one in rows})
    found = []
    for card in cards:
        mark = marks.get(card.id)
        found.append(ScoreRow(card, near.get(card.id), mark.value if mark else None, mark.parts if mark else {}))
    return contest, has_declared, found


# --- votes ---


def own_votes(viewer: Viewer, round_id: int) -> dict[int, VoteState]:
    """By entry: the viewer's own votes of a round that stand or were set aside; for an entry that left it, none stands."""
    if viewer.person_id is None:
        return {}
    voter = sealed.voter_of(round_id, viewer.person_id)
    rows = Vote.objects.filter(round_id=round_id, voter=voter).exclude(state=VoteState.REVOKED)
    rows = rows.exclude(~Q(entry__state=EntryState.ADMITTED), state=VoteState.COUNTED)
    return {entry: VoteState(state) for entry, state in rows.values_list("entry_id", "state")}


def vote_counts(viewer: Viewer, round_id: int) -> dict[int, tuple[int, int]]:
    """By entry: votes that count, and that were set aside. For the organiser while the round is open. Raises NotAllowed."""
    permissions.require(viewer, "contests.view")
    counts = {
        name: Count("pk", filter=Q(state=state))
        for name, state in (("on", VoteState.COUNTED), ("off", VoteState.SET_ASIDE))
    }
    rows = Vote.objects.filter(round_id=round_id, round__contest__in=access.contests(viewer)).order_by()
    return {one: (on, off) for one, on, off in rows.values_list("entry_id").annotate(**counts)}


def bursts_of(viewer: Viewer, round_id: int) -> list[Burst]:
    """
    Votes for one entry from one network that came as thick as the rule says is worth a look, the largest first; each run once.

    Raises NotAllowed, NotFound.
    """
    permissions.require(viewer, "contests.manage")
    row = _seen_round(viewer, round_id)
    if row is None:
        raise NotFound
    rule = counting.rule_of(row).votes
    if rule is None:
        return []
    runs: dict[tuple[int, str], list[tuple[datetime, str]]] = {}
    rows = Vote.objects.filter(round=row).exclude(network="").exclude(state=VoteState.REVOKED).order_by("at", "pk")
    for entry, network, at, state in rows.values_list("entry_id", "network", "at", "state"):
        runs.setdefault((entry, network), []).append((at, state))
    entries = Entry.objects.in_bulk([entry for entry, _ in runs])
    found = []
    for (entry, network), votes in runs.items():
        for first, last in _thick(votes, rule.burst, timedelta(minutes=rule.burst_minutes)):
            told = votes[first : last + 1]
            one = entries[entry]
            counted = sum(state == VoteState.COUNTED for _, state in told)
            found.append(
                Burst(entry, one.number, one.title, network, told[0][0], told[-1][0], len(told), counted)
            )  # fmt: skip
    return sorted(found, key=lambda one: (-one.count, one.number, one.first_at))


def _thick(votes: list[tuple[datetime, str]], most: int, within: timedelta) -> list[tuple[int, int]]:
    """First and last place of each run in which every `most` votes in a row came `within` that time."""
    found: list[tuple[int, int]] = []
    for first in range(len(votes) - most + 1):
        last = first + most - 1
        if votes[last][0] - votes[first][0] > within:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


# --- what is published ---


def list_lines(viewer: Viewer | None, round_id: int) -> list[LineCard]:
    """The ranking of a closed round as it was published, best first, with the sheet's marks and votes. Raises NotFound."""
    row = _seen_round(viewer, round_id)
    if row is None or row.sheet is None:
        raise NotFound
    sheet = {one["entry"]: one for one in row.sheet["entries"]}
    ranking = {one.name: one for one in counting.count(row.sheet, row.seed).rows}
    rows = list(Standing.objects.filter(round=row).select_related("entry__org"))
    cards = {one.id: one for one in entry_cards([line.entry for line in rows])}
    rows.sort(key=lambda line: (line.rank is None, line.rank or 0, line.entry.number))
    found = []
    for line in rows:
        said, counted = sheet[line.entry.number], ranking[line.entry.number]
        found.append(
            LineCard(
                cards[line.entry_id], line.rank, counted.total, counted.jury, counted.votes, said["votes"], line.goes_on, {int(seat): Decimal(mark) for seat, mark in said["marks"].items()},
                frozenset(int(seat) for seat in counted.left_out), frozenset(int(seat) for seat in said["barred"]), Decimal(said.get("extra", 0)),
            )
        )  # fmt: skip
    return found


def list_notices(viewer: Viewer | None, contest_id: int) -> list[NoticeCard]:
    """The shortlist that stands, in the order of its places. Raises NotFound."""
    contest = access.find(viewer, contest_id)
    rows = list(
        PublicNotice.objects.filter(entry__contest=contest, withdrawn_at__isnull=True)
        .select_related("entry__org")
        .annotate(
            open=Count("objections", filter=Q(objections__state=GrievanceState.OPEN)),
            upheld=Count("objections", filter=Q(objections__state=GrievanceState.UPHELD)),
        )
        .order_by("pk")
    )
    cards = {one.id: one for one in entry_cards([row.entry for row in rows])}
    return [
        NoticeCard(row.pk, cards[row.entry_id], row.award, award_words(contest, row.award)[0], row.amount, row.starts_on, row.ends_before, row.open, row.upheld)  # type: ignore[attr-defined]
        for row in rows
    ]  # fmt: skip


def get_live_notice(notice_id: int, *, today: date) -> tuple[ContestCard, NoticeCard]:
    """A line that is up, with its contest. Raises objections' NoticeIsDown."""
    row = PublicNotice.objects.filter(
        pk=notice_id, withdrawn_at__isnull=True, starts_on__lte=today, ends_before__gt=today
    )
    contest_id = row.values_list("entry__contest_id", flat=True).first()
    if contest_id is None:
        raise NoticeIsDown
    line = next(one for one in list_notices(None, contest_id) if one.id == notice_id)
    return get_contest(None, contest_id), line


def drawn_in(card: RoundCard) -> list[str]:
    """Numbers of the entries between which the draw of a closed round decided, in its order."""
    return list(counting.count(card.sheet, card.seed).drawn) if card.sheet else []


def count_states(viewer: Viewer, contest_id: int) -> dict[str, int]:
    """By state: entries of one contest that the viewer sees. Raises NotAllowed."""
    rows = access.entries(viewer).filter(contest_id=contest_id).order_by().values_list("state")
    return dict(rows.annotate(count=Count("pk")))


def list_awards(viewer: Viewer | None, contest_id: int) -> list[AwardCard]:
    """Best first; what money was set aside is for officers alone. Raises NotFound."""
    contest = access.find(viewer, contest_id)
    rows = (
        Award.objects.filter(entry__contest=contest)
        .select_related("entry__org", "entry__contest")
        .order_by("rank", "entry__number")
    )
    is_officer = viewer is not None and permissions.may(viewer, "contests.view")
    return award_cards(rows.prefetch_related("grants"), with_grants=is_officer)


def list_waiting_allowances(
    viewer: Viewer, contest_id: int, *, facts: Mapping[str, object] | None, now: datetime
) -> list[Waiting]:
    """
    The allowances of a contest of which nothing is set aside, best first, with the last decision for each; with `facts`, also what each pack
    would say. Raises NotAllowed, NotFound.
    """
    contest = _own_to_answer(viewer, contest_id)
    rows = list(
        allowances.waiting(contest).select_related("entry__contest__org", "entry__org").prefetch_related("grants")
    )
    about = [Subject(SubjectKind.PERSON, row.entry.person_id or 0) for row in rows]
    decided = {one.matter: one for one in reversed(programs.list_decisions_about(*about))} if about else {}
    cards = zip(rows, award_cards(rows, with_grants=True), strict=True)
    found = [(row, Waiting(card, decided.get(f"award:{row.pk}"))) for row, card in cards]
    return [one if facts is None else allowances.foreseen(one, row, facts, now) for row, one in found]


def may_decide_allowances(viewer: Viewer, contest_id: int) -> bool:
    """Whether this officer had no hand in the contest. Raises NotAllowed, NotFound."""
    return not viewer.has_hand_in(access.hands_in(_own_to_answer(viewer, contest_id)))


def _own_to_answer(viewer: Viewer, contest_id: int) -> Contest:
    permissions.require(viewer, "contests.answer")
    found = Contest.objects.filter(scope.inside("org", viewer.org_path), pk=contest_id).first()
    if found is None:
        raise NotFound
    return found


def list_honours(place_id: int) -> list[Honour]:
    """What contests gave a place, newest first: for everybody, for it is given when the contest is done."""
    rows = Award.objects.filter(entry__place_id=place_id).exclude(honour="").select_related("entry__contest")
    found = [(row, row.entry.contest) for row in rows.order_by("-given_on", "-pk")]
    return [
        Honour(contest.pk, title_of(contest), award_words(contest, row.award)[1], row.rank, row.given_on)
        for row, contest in found
    ]


def get_award(viewer: Viewer, award_id: int) -> AwardCard:
    """Of a contest of the viewer's part of the tree, with what money was set aside. Raises NotAllowed, NotFound."""
    permissions.require(viewer, "contests.view")
    rows = Award.objects.filter(scope.inside("entry__contest__org", viewer.org_path), pk=award_id)
    found = rows.select_related("entry__org", "entry__contest").prefetch_related("grants").first()
    if found is None:
        raise NotFound
    return award_cards([found], with_grants=True)[0]


def list_objections(viewer: Viewer, *, contest_id: int | None = None, only_open: bool = True) -> list[ObjectionCard]:
    """Oldest first. Raises NotAllowed."""
    rows = access.objections(viewer).select_related("notice__entry__contest")
    rows = rows.filter(notice__entry__contest_id=contest_id) if contest_id else rows
    rows = rows.filter(state=GrievanceState.OPEN) if only_open else rows
    return [objection_card(row) for row in rows.order_by("pk")]


def get_objection(viewer: Viewer, objection_id: int) -> ObjectionCard:
    """Without its words, which `actions.read_objection` opens. Raises NotAllowed, NotFound."""
    found = access.objections(viewer).select_related("notice__entry__contest").filter(pk=objection_id).first()
    if found is None:
        raise NotFound
    return objection_card(found)


def may_answer(viewer: Viewer, objection_id: int) -> bool:
    """Whether this officer had no hand in the contest."""
    row: Objection | None = access.objections(viewer).select_related("notice__entry__contest").filter(pk=objection_id).first()  # fmt: skip
    return row is not None and not viewer.has_hand_in(access.hands_in(row.notice.entry.contest))


def facts_asked(pack: PolicyPack, known: Mapping[str, object]) -> list[str]:
    """Names of the facts of a pack that nothing is known of yet, in its order."""
    return [name for name in pack.facts if name not in known]


def count_living_at(org_id: int) -> dict[str, int]:
    """Contests that are not over or still owe money, and entries that compete, of that very union. Without scope: for whoever changes unions."""
    return {"contests": access.living_contests(org_id).count(), "entries": access.living_entries(org_id).count()}
