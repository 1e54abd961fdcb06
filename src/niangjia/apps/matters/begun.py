"""What may be begun, by whom, and how much of it there was. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.matters import access, offering, opening, rated
from niangjia.apps.matters.lifecycle import flow_of, role_of
from niangjia.apps.matters.models import Matter, Tally
from niangjia.apps.matters.questions import IDENTITY, uploads_of
from niangjia.apps.matters.types import OPEN, MatterState, MonthCount, Question
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs import published
from niangjia.apps.programs.published import Published
from niangjia.kernel.problems import Refusal


@dataclass(frozen=True)
class Beginnable:
    """
    A kind of matter that can be begun, with what its first stage asks. `is_about_people`: for somebody of the register; `is_roster`: for one
    after another.
    """

    published: Published
    questions: tuple[Question, ...]
    is_about_people: bool
    is_roster: bool = False

    @property
    def names_applicant(self) -> bool:
        """Whether who they are is required of whoever brings it."""
        return any(one.kind in IDENTITY and one.is_required for one in self.questions)

    @property
    def takes_photos(self) -> bool:
        """Whether photos may come with it, by its receipt."""
        pack = self.published.pack
        return any(one.type == "photo" for one in uploads_of(pack, flow_of(pack).first.id).values())

    @property
    def may_pay(self) -> bool:
        """Whether one who is known may be given something in the end."""
        return bool(self.published.pack.benefit)


def list_openable(viewer: Viewer, *, today: date) -> list[Published]:
    """What this post's union begins itself, by title; empty where it begins nothing."""
    if not permissions.may(viewer, "matters.handle"):
        return []
    union = organizations.get_union(viewer.org_id)
    found = published.list_in_area(area=offering.place_of(union), asof=today)
    return [one for one in found if offering.is_openable(one, viewer, union)]


def get_openable(viewer: Viewer, program: str, *, today: date) -> Beginnable:
    """Raises NotAllowed, NotByApplication, NotForThisPost."""
    one = offering.get_openable(viewer, program, today=today)
    return Beginnable(
        one, tuple(opening.asked_first(one.pack)), offering.is_about_people(one.pack), offering.is_roster(one.pack)
    )


def get_open_to_all(program: str, *, area: str, today: date) -> Beginnable:
    """No viewer: anybody may bring it. Raises NotByApplication."""
    one = offering.get_open_to_all(program, area=area, today=today)
    return Beginnable(one, tuple(opening.asked_first(one.pack, is_known=False)), False)


def questions_to_begin(one: Published) -> tuple[Question, ...]:
    """What its first stage asks of whom the register knows."""
    return tuple(opening.asked_first(one.pack))


def list_begun_by_workers(*, today: date) -> list[Published]:
    """Everywhere, what a worker or anybody begins that is more than asking for money: reports, proposals, membership. No viewer."""
    return [
        one
        for one in published.list_published(asof=today)
        if offering.is_offered(one) and (one.pack.entry == offering.OPEN_TO_ALL or not one.pack.benefit)
    ]


def list_fillable(viewer: Viewer, person_id: int, *, today: date) -> list[Published]:
    """What may be filled in for this worker; empty where their union is not known."""
    try:
        union = offering.union_of_person(person_id, or_else=viewer.org_id)
    except Refusal:
        return []
    found = published.list_in_area(area=offering.place_of(union), asof=today)
    return [one for one in found if offering.is_offered(one) and role_of(flow_of(one.pack).first) is Role.WORKER]


def count_by_month(viewer: Viewer, *, since: date, today: date) -> list[MonthCount]:
    """Kinds of matters by month of handing in, the latest month first, in the viewer's part of the tree. Raises NotAllowed."""
    rows = access.visible(viewer).filter(handed_in_on__gte=since).order_by()
    counted = rows.annotate(month=TruncMonth("handed_in_on")).values(
        "program", "version__title_zh", "version__title_en", "month"
    )
    found = counted.annotate(
        handed_in=Count("pk"),
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state__in=OPEN, due_on__lt=today)),
        done=Count("pk", filter=Q(state=MatterState.DONE)),
        refused=Count("pk", filter=Q(state=MatterState.REFUSED)),
    )
    sums, said = _sums(rows), rated.by_month(rows)
    cards = [
        MonthCount(
            one["program"],
            one["version__title_zh"],
            one["version__title_en"],
            one["month"],
            one["handed_in"],
            one["open"],
            one["late"],
            one["done"],
            one["refused"],
            *said.get((one["program"], one["month"]), (0, None)),
            tuple(sums[one["program"], one["month"]]),
        )
        for one in found
    ]
    return sorted(cards, key=lambda card: (-card.first_day.toordinal(), card.title_zh))


def _sums(rows: QuerySet[Matter]) -> dict[tuple[str, date], list[tuple[str, str, Decimal]]]:
    tallies = Tally.objects.filter(matter__in=rows).annotate(month=TruncMonth("matter__handed_in_on"))
    found: dict[tuple[str, date], list[tuple[str, str, Decimal]]] = defaultdict(list)
    summed = tallies.order_by().values_list("matter__program", "month", "indicator", "counted_in")
    for program, month, indicator, counted_in, total in summed.annotate(total=Sum("amount")).order_by("indicator"):
        found[program, month].append((indicator, counted_in, total))
    return found
