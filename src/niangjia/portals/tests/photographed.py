"""A visit with photos: while it is written, and on record with somebody of each post having opened its form."""

from __future__ import annotations

from typing import Any

from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import queries
from niangjia.apps.cases.models import Visit
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.files.tests import pictures
from niangjia.apps.files.types import FileCard
from niangjia.portals.tests.house import House

LOOKING = (Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS)


def keep_photo(house: House, content: bytes = b"", part: str = "photos") -> FileCard:
    """The grassroots officer takes a photo for the order that is assigned to them."""
    viewer = house.viewers[Role.GRASSROOTS]
    return cases.keep_visit_file(
        viewer=viewer,
        case_id=house.cases["assigned"],
        key=queries.next_visit_key(viewer, house.orders["assigned"]),
        part=part,
        content=content or pictures.jpeg(),
        now=house.desk.now,
    )


def lay_draft(house: House) -> list[Any]:
    return [house.orders["assigned"], keep_photo(house).key]


def lay_visit(house: House) -> list[Any]:
    """Its id and the photo's key; each of `LOOKING` has given a reason."""
    case = desks.Case.objects.get(pk=house.cases["assigned"])
    visit = Visit.objects.filter(case=case, photo_count__gt=0).first()
    if visit is None:
        viewer = house.viewers[Role.GRASSROOTS]
        key = queries.next_visit_key(viewer, house.orders["assigned"])
        keep_photo(house)
        visit = Visit.objects.get(pk=house.desk.visit(case, key=key))
    for role in LOOKING:
        cases.open_visit_form(viewer=house.viewers[role], visit_id=visit.pk, reason="复核现场照片", now=house.desk.now)
    [card] = queries.list_visit_files([visit])[visit.pk]
    return [visit.pk, card.key]
