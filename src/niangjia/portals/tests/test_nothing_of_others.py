"""What a form names by number is looked for in one's own part of the tree: a number of another union's says nothing, not even that it is there."""

from __future__ import annotations

from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders.models import WorkOrder


def _others_order(house) -> WorkOrder:
    """One that is with the county still, of which the town's union knows nothing."""
    return WorkOrder.objects.get(pk=house.orders["created"])


def test_orders_of_other_unions_named_in_a_preview_sent_back_are_not_shown(house, signed_in):
    order = _others_order(house)
    name = registry.faces_of([order.household_id])[order.household_id].name
    elsewhere = town.appoint("township.elsewhere", house.desk.town["Y"], Role.TOWNSHIP)
    for route, target in (("forward_many", house.desk.town["YG"].id), ("assign_many", elsewhere.account_id)):
        asked = {"order": str(order.pk), f"to-{order.pk}": str(target), f"step-{order.pk}": str(order.step)}
        page = signed_in(elsewhere).post(reverse(f"officer:{route}"), asked).content.decode()
        assert order.number not in page and name not in page
        assert "没有办成 1 件" in page and "不在您的管辖范围内" in page
