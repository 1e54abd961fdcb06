"""Reading targets: what is asked of whom, since when and why, and what was stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.files import queries as files
from niangjia.apps.files.types import FileCard
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Union
from niangjia.apps.targets import access
from niangjia.apps.targets.access import get_union as get_union
from niangjia.apps.targets.access import is_here as is_here
from niangjia.apps.targets.models import Share, Statement
from niangjia.apps.targets.pace import Light as Light
from niangjia.apps.targets.pace import pace as pace
from niangjia.apps.targets.packs import FOLDER as FOLDER
from niangjia.apps.targets.packs import check_folder as check_folder
from niangjia.apps.targets.packs import find_indicator as find_indicator
from niangjia.apps.targets.packs import find_measure as find_measure
from niangjia.apps.targets.packs import get_programme as get_programme
from niangjia.apps.targets.packs import list_programmes as list_programmes
from niangjia.apps.targets.packs import measure_of as measure_of
from niangjia.apps.targets.problems import NoSuchProgramme as NoSuchProgramme
from niangjia.apps.targets.problems import NotFound as NotFound
from niangjia.apps.targets.types import Asked, Comparator, Goal, Indicator, Programme, ShareCard, StatementCard
from niangjia.apps.targets.verification import verify as verify
from niangjia.apps.targets.words import targets_schema as targets_schema


def list_years(programme: Programme) -> list[int]:
    """The paper's own year, and those for which something is asked or stated here; newest first."""
    asked = Share.objects.filter(programme=programme.id).values_list("year", flat=True).distinct()
    stated = Statement.objects.filter(programme=programme.id).values_list("year", flat=True).distinct()
    return sorted({programme.year, *asked, *stated}, reverse=True)


def years_by_programme() -> dict[str, int]:
    """The newest year in which a share was set, by programme; one query."""
    found: dict[str, int] = {}
    for programme, year in Share.objects.order_by().values_list("programme", "year").distinct():
        found[programme] = max(year, found.get(programme, 0))
    return found


def list_children(viewer: Viewer, union: Union) -> list[Union]:
    """Active unions right below one of the viewer's part of the tree, by code. Raises NotAllowed."""
    permissions.require(viewer, "targets.view")
    return [one for one in organizations.list_children(union.id) if one.is_active and scope.covers(viewer.org_path, one.path)]  # fmt: skip


def may_divide(viewer: Viewer, union: Union) -> bool:
    """Whether the viewer sets shares for the unions right below this one."""
    return permissions.may(viewer, "targets.manage") and union.id == viewer.org_id


def asked_of(
    programme: Programme, unions: Iterable[Union], *, year: int, today: date
) -> dict[int, Mapping[str, Asked]]:
    """
    What is asked of each of these unions, by indicator: its own newest share that has begun, else that of the nearest union above, else the
    programme's own goal where `year` is its year.
    """
    return asked_of_each([(programme, year)], unions, today=today)[programme.id]


def asked_of_each(
    programmes: Sequence[tuple[Programme, int]], unions: Iterable[Union], *, today: date
) -> dict[str, dict[int, Mapping[str, Asked]]]:
    """As `asked_of`, of many programmes, each in its year; by programme, one query."""
    listed = list(unions)
    lines = {one.id: organizations.ids_on(one.path) for one in listed}
    held = _in_force(programmes, {org_id for line in lines.values() for org_id in line}, today=today)
    return {
        programme.id: {
            one.id: {
                ind.id: _asked(programme, ind, one, lines[one.id], held[programme.id], year)
                for ind in programme.indicators
            }
            for one in listed
        }
        for programme, year in programmes
    }


_Held = dict[tuple[int, str], tuple[ShareCard | None, ShareCard | None]]
"""The share that holds and the next one that has not begun, by union and indicator."""


def _in_force(programmes: Sequence[tuple[Programme, int]], org_ids: set[int], *, today: date) -> dict[str, _Held]:
    found: dict[str, _Held] = {programme.id: {} for programme, _year in programmes}
    wished = Q(pk__in=[])
    for programme, year in programmes:
        wished |= Q(programme=programme.id, year=year)
    for row in Share.objects.filter(wished, org__in=org_ids).select_related("org").order_by("from_day", "pk"):
        held = found[row.programme]
        now, later = held.get((row.org_id, row.indicator), (None, None))
        card = _share_card(row)
        is_next = later is None or later.from_day == card.from_day  # of one day the newest holds
        held[row.org_id, row.indicator] = (card, later) if row.from_day <= today else (now, card if is_next else later)
    return found


def _asked(programme: Programme, ind: Indicator, union: Union, line: Sequence[int], shares: _Held, year: int) -> Asked:
    later = shares.get((union.id, ind.id), (None, None))[1]
    comparator = ind.goal.comparator if ind.goal else Comparator.AT_LEAST
    for org_id in reversed(line):
        share = shares.get((org_id, ind.id), (None, None))[0]
        if share and share.value is not None:
            is_own = org_id == union.id
            return Asked(Goal(comparator, share.value), org_id, share.org_name, is_own, share.from_day, later)
    goal = ind.goal if year == programme.year else None
    is_own = goal is not None and union.area[:6].rstrip("0") == programme.area.rstrip("0") and _is_head(union)
    return Asked(goal, None, programme.issuer, is_own, None, later)


def _is_head(union: Union) -> bool:
    """Whether it is the union of its division, not one of a firm that stands in it."""
    return union.level.value in ("PROVINCE", "CITY", "COUNTY")


def list_shares(viewer: Viewer, programme: Programme, indicator_id: str, year: int) -> list[ShareCard]:
    """Every share ever set in the viewer's part of the tree, newest first. Raises NotAllowed."""
    permissions.require(viewer, "targets.view")
    rows = Share.objects.filter(
        scope.inside("org", viewer.org_path), programme=programme.id, indicator=indicator_id, year=year
    )
    return [_share_card(row) for row in rows.select_related("org").order_by("-set_at", "-pk")[:200]]


def list_statements(
    viewer: Viewer, programme: Programme, year: int, *, org_id: int | None = None
) -> list[StatementCard]:
    """Those that stand, newest first; of one union or of the viewer's part of the tree. Raises NotAllowed."""
    rows = access.statements(viewer).filter(programme=programme.id, year=year, withdrawn_at__isnull=True)
    rows = rows.filter(org=org_id) if org_id else rows
    return [_statement_card(row) for row in rows.order_by("-stated_at", "-pk")]


def get_statement(viewer: Viewer, statement_id: int) -> StatementCard:
    """Also one that was withdrawn. Raises NotAllowed, NotFound."""
    row = access.statements(viewer).filter(pk=statement_id).first()
    if row is None:
        raise NotFound
    return _statement_card(row)


def list_papers(statement_ids: Iterable[int]) -> dict[int, list[FileCard]]:
    """The papers of statements that the viewer was shown."""
    ids = list(statement_ids)
    found = files.list_of_many("stated", map(str, ids))
    return {one: found.get(str(one), []) for one in ids}


def _neat(value: Decimal) -> Decimal:
    """Without places behind the point that say nothing."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _share_card(row: Share) -> ShareCard:
    value = None if row.value is None else _neat(row.value)
    return ShareCard(row.pk, row.org_id, row.org.name, value, row.from_day, row.reason, row.set_by_id, row.set_at)


def _statement_card(row: Statement) -> StatementCard:
    parts = tuple((str(one["name"]), Decimal(one["value"])) for one in row.parts)
    return StatementCard(
        row.pk, row.programme, row.indicator, row.year, row.org_id, row.org.name, parts, _neat(row.total), row.source, row.stated_by_id, row.stated_at,
        row.withdrawn_at, row.reason,
    )  # fmt: skip
