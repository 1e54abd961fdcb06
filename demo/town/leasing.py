"""Leases of union premises in the invented city: one that ends soon, one whose rent was given up for three months, one with rent owed, one waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo.town.office import Office
from demo.town.placing import INVENTED, ground_of
from niangjia.apps.places import actions as places
from niangjia.apps.places.lifecycle import Step
from niangjia.kernel.months import Month

PAUSED = "演示早餐店"
"""Whose tenant asked for relief; the matter names the number of this lease."""
LEASES: tuple[tuple[str, str, int, str, int], ...] = (
    ("演示打印社", "文化宫沿街 1 号铺", 1800, "文印", 500),
    (PAUSED, "文化宫沿街 3 号铺", 2400, "早餐", 700),
    ("演示理发店", "文化宫沿街 5 号铺", 2000, "理发", 30),
    ("演示五金店", "活动中心北侧铺面", 1500, "五金", 900),
)
MONTHS, GIVEN_UP = 6, 3
HALF = Decimal("0.5")


def lay(office: Office, now: datetime) -> int:
    """How many leases, the last of them still waiting."""
    ground = ground_of(office, now)
    today = timezone.localdate(ground.now)
    keeper = ground.keeper(ground.county.id)
    for number, (tenant, site, rent, use, days_left) in enumerate(LEASES):
        facts: dict[str, Any] = {
            "kind": "lease", "name": f"{site} · {tenant}{INVENTED}", "address": site, "area": ground.county.area[:6],
            "details": {
                "tenant": tenant, "is_self_employed": True, "contract": f"ZL-{number + 1:03}{INVENTED}",
                "rented_m2": str(40 + 10 * number), "starts_on": (ground.then.date() - timedelta(days=30)).isoformat(),
                "ends_on": (today + timedelta(days=days_left)).isoformat(), "monthly_rent": str(rent), "use": use,
            },
        }  # fmt: skip
        place_id = ground.put(ground.county, f"lease-{number}", facts, ground.then)
        if number == len(LEASES) - 1:
            continue
        ground.take(keeper, place_id, Step.LIST, ground.then)
        for back in range(MONTHS):
            due = Decimal(rent)
            waived = due * HALF if tenant == PAUSED and back < GIVEN_UP else Decimal(0)
            owed = due if number == 2 and back == 0 else Decimal(0)
            told = {"due": due, "waived": waived, "owed": owed, "paid": due - waived - owed}
            month = Month.of(today).previous().plus(-back)
            places.record_measures(viewer=keeper, place_id=place_id, month=month, values=told, source="租金台账（虚构）", now=ground.now)  # fmt: skip
    return len(LEASES)
