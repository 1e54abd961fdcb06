"""Who sees a contest and an entry, and who may work on it: in one place."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from django.db.models import Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.contests import packs
from niangjia.apps.contests.lifecycle import ContestState, EntryState, GrantState
from niangjia.apps.contests.models import Award, Contest, Entry, Grant, Juror, Objection, PublicNotice, Round
from niangjia.apps.contests.packs import Pack
from niangjia.apps.contests.problems import NotFound, NotYourJury, TakesPart
from niangjia.apps.organizations import scope
from niangjia.apps.registry import queries as registry

HANDED_IN = (EntryState.SUBMITTED, EntryState.ADMITTED)
PUBLIC = ~Q(state__in=[ContestState.DRAFT])


@lru_cache(maxsize=64)
def _parsed(pack_hash: str, contest_id: int) -> Pack:
    return packs.parse(Contest.objects.values_list("pack", flat=True).get(pk=contest_id))


def pack_of(contest: Contest) -> Pack:
    """Its pinned text as it means. One object for one hash."""
    return _parsed(contest.pack_hash, contest.pk)


def contests(viewer: Viewer | None) -> QuerySet[Contest]:
    """What is published; of the viewer's part of the tree, drafts too. `viewer` None: the public."""
    if viewer is None or not permissions.may(viewer, "contests.view"):
        return Contest.objects.filter(PUBLIC)
    return Contest.objects.filter(PUBLIC | scope.inside("org", viewer.org_path))


def find(viewer: Viewer | None, contest_id: int) -> Contest:
    """Raises NotFound."""
    found = contests(viewer).select_related("org").filter(pk=contest_id).first()
    if found is None:
        raise NotFound
    return found


def own_contest(viewer: Viewer, contest_id: int, right: str = "contests.manage") -> Contest:
    """
    One that the viewer may work on: of their part of the tree, and in which nobody competes whose matters are their own. Locked.

    Raises NotAllowed, NotFound, TakesPart.
    """
    permissions.require(viewer, right)
    rows = Contest.objects.select_for_update(of=("self",)).select_related("org")
    found = rows.filter(scope.inside("org", viewer.org_path), pk=contest_id).first()
    if found is None:
        raise NotFound
    if (own := registry.own_people(viewer)) and takes_part(found, own):
        raise TakesPart
    return found


def takes_part(contest: Contest, person_ids: Collection[int]) -> bool:
    """Whether one of these persons competes, or won."""
    return Entry.objects.filter(contest=contest, person__in=person_ids, state__in=HANDED_IN).exists()


def may_run(viewer: Viewer, org_path: str) -> bool:
    """Whether the viewer may work on contests of that union."""
    return permissions.may(viewer, "contests.manage") and scope.covers(viewer.org_path, org_path)


def own_round(viewer: Viewer, round_id: int) -> Round:
    """Of a contest that the viewer may work on; both locked. Raises NotAllowed, NotFound."""
    contest_id = Round.objects.filter(pk=round_id).values_list("contest_id", flat=True).first()
    own_contest(viewer, contest_id or 0)
    return Round.objects.select_for_update(of=("self",)).select_related("contest__org").get(pk=round_id)


def entries(viewer: Viewer) -> QuerySet[Entry]:
    """A worker's own; an officer's: those of their part of the tree, and all of the contests they organise, once handed in."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        return Entry.objects.filter(person_id=viewer.person_id or 0)
    permissions.require(viewer, "contests.view")
    of_contest = scope.inside("contest__org", viewer.org_path) & ~Q(state=EntryState.DRAFT)
    return Entry.objects.filter(scope.inside("org", viewer.org_path) & Q(is_nominated=True) | of_contest)


def find_entry(viewer: Viewer, entry_id: int) -> Entry:
    """Raises NotAllowed, NotFound."""
    found = entries(viewer).select_related("contest__org", "org").filter(pk=entry_id).first()
    if found is None:
        raise NotFound
    return found


def entry_to_change(viewer: Viewer, entry_id: int) -> Entry:
    """A worker's own, or one that an officer put forward for their union. Locked. Raises NotAllowed, NotFound."""
    if viewer.role is Role.WORKER:
        permissions.require(viewer, "own.view")
        rows = Entry.objects.filter(person_id=viewer.person_id or 0)
    else:
        permissions.require(viewer, "contests.nominate")
        rows = Entry.objects.filter(scope.inside("org", viewer.org_path), is_nominated=True)
    found = (
        rows.select_for_update(of=("self",)).select_related("contest__org", "org").filter(pk=entry_id).first()
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def juror_of(viewer: Viewer, contest_id: int) -> Juror:
    """The viewer's own seat. Raises NotYourJury."""
    found = Juror.objects.filter(contest_id=contest_id, account_id=viewer.account_id, left_at__isnull=True).first()
    if found is None:
        raise NotYourJury
    return found


def hands_in(contest: Contest) -> set[int]:
    """Every account that had a hand in it: set it up, looked at entries, sat on the jury, closed a round, put up the notice."""
    rounds = Round.objects.filter(contest=contest, closed_by__isnull=False)
    looked = Entry.objects.filter(contest=contest, looked_at_by__isnull=False)
    notices = PublicNotice.objects.filter(entry__contest=contest)
    found = {contest.made_by_id}
    for rows, column in (
        (Juror.objects.filter(contest=contest), "account_id"),
        (rounds, "closed_by_id"),
        (looked, "looked_at_by_id"),
        (notices, "announced_by_id"),
    ):
        found |= set(rows.values_list(column, flat=True).distinct())  # type: ignore[attr-defined]
    return found


def objections(viewer: Viewer) -> QuerySet[Objection]:
    """Those to the notices of the viewer's part of the tree. Raises NotAllowed."""
    permissions.require(viewer, "contests.answer")
    return Objection.objects.filter(scope.inside("notice__entry__contest__org", viewer.org_path))


OVER = (ContestState.DONE, ContestState.CANCELLED)
COMPETE = (EntryState.DRAFT, EntryState.SUBMITTED, EntryState.ADMITTED)


def living_contests(org_id: int) -> QuerySet[Contest]:
    """Not over, or with an award whose money is not set aside."""
    paid = Grant.objects.filter(state=GrantState.SET_ASIDE).values("award_id")
    owed = Award.objects.filter(Q(amount__gt=0) | ~Q(program=""), entry__person__isnull=False).exclude(pk__in=paid)
    rows = Contest.objects.filter(org_id=org_id)
    return rows.filter(~Q(state__in=OVER) | Q(pk__in=owed.values("entry__contest_id")))


def living_entries(org_id: int) -> QuerySet[Entry]:
    """In a contest that is not over, and not refused, withdrawn or struck."""
    return Entry.objects.filter(org_id=org_id, state__in=COMPETE).exclude(contest__state__in=OVER)
