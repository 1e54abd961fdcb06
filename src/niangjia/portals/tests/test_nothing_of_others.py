"""What a form names by number is looked for in one's own part of the tree: a number of another union's says nothing, not even that it is there."""

from __future__ import annotations

import re
from pathlib import Path

from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry import searching
from niangjia.apps.workorders.models import WorkOrder


def _others_order(house) -> WorkOrder:
    """One that is with the county still, of which the town's union knows nothing."""
    return WorkOrder.objects.get(pk=house.orders["created"])


def test_orders_of_other_unions_named_in_a_preview_sent_back_are_not_shown(house, signed_in):
    order = _others_order(house)
    name = registry.faces_of([order.household_id])[order.household_id].name
    elsewhere = town.appoint("township.elsewhere", house.desk.town["Y"], Role.TOWNSHIP)
    for route, target in (
        ("forward_many", house.desk.town["YG"].id),
        ("assign_many", elsewhere.account_id),
        ("urge_many", 0),
    ):
        asked = {"order": str(order.pk), f"to-{order.pk}": str(target), f"step-{order.pk}": str(order.step)}
        page = signed_in(elsewhere).post(reverse(f"officer:{route}"), asked).content.decode()
        assert order.number not in page and name not in page
        assert "没有办成 1 件" in page and "不在您的管辖范围内" in page


def test_what_a_page_showed_is_said_by_the_page_alone(house, signed_in):
    """A form that says it showed another union's matter, or a page's word in another's hands, is told nothing of who did what to it."""
    county, elsewhere = (
        house.viewers[Role.COUNTY],
        town.appoint("township.elsewhere", house.desk.town["Y"], Role.TOWNSHIP),
    )
    case = house.cases["announced"]
    page = signed_in(house.viewers[Role.CITY]).get(reverse("officer:case", args=[case])).content.decode()
    words = re.search(r'name="seen" value="([^"]+)"', page)[1]
    for said in (f"0 case:{case} account:{county.account_id}", words, re.sub(r"^[0-9]+", "0", words)):
        for viewer, step in (
            (elsewhere, reverse("officer:accept", args=[house.orders["created"]])),
            (house.viewers[Role.WORKER], reverse("member:consent")),
        ):
            answer = signed_in(viewer).post(step, {"seen": said})
            assert "已由他人办过" not in answer.content.decode() and county.name not in answer.content.decode(), (
                said,
                step,
            )


def test_who_is_looked_for_by_a_form_is_on_record_and_not_tried_without_end(house, signed_in, monkeypatch):
    """The last digits of a masked number could otherwise be tried, ten thousand of them, and no chain would tell."""
    monkeypatch.setattr(searching, "SEARCHES_PER_HOUR", 3)
    county = signed_in(house.viewers[Role.COUNTY])
    for number in (town.id_number(998), town.id_number(3)):
        county.post(reverse("volunteers:find_helper"), {"id_number": number})
    assert sorted(event.detail["found"] for event in audit.list_about("registry", actions=("registry.search",))) == [
        0,
        1,
    ]
    county.post("/desk/people/", {"text": "lixiaohong"})
    late = county.post(reverse("volunteers:find_helper"), {"id_number": town.id_number(3)})
    assert late.status_code == 409 and "查找已达" in late.content.decode()


def test_no_page_looks_for_somebody_by_number_behind_the_record():
    pages = Path(searching.__file__).parents[2] / "portals"
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages.rglob("*.py") if "tests" not in path.parts}
    assert [name for name, text in texts.items() if "find_person_by_" in text] == []
