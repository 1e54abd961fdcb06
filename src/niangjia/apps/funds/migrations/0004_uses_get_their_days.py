"""
Counters of several years of one subject become one; each use gets its day and its payer.

Apart from the change of tables: PostgreSQL does not alter a table whose rows wait for their keys to be checked. What a use was held
to before is not known: such rows bind nothing, but count.
"""

from collections import defaultdict
from datetime import date
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Count, Sum

HERE = ZoneInfo("Asia/Shanghai")


def merge(apps, schema_editor):
    counters, uses = apps.get_model("funds", "CapCounter"), apps.get_model("funds", "CapUse")
    reservations = apps.get_model("funds", "Reservation")
    payers = {f"reservation:{pk}": org for pk, org in reservations.objects.values_list("pk", "budget__org_id")}
    payers |= {
        f"goods:{pk}": org
        for pk, org in apps.get_model("funds", "GoodsGiven").objects.values_list("pk", "item__budget__org_id")
    }
    together = defaultdict(list)
    for counter in counters.objects.order_by("year", "pk"):
        together[counter.group, counter.per, counter.subject_id].append(counter)
    for first, *others in together.values():
        for counter in (first, *others):
            for use in uses.objects.filter(counter=counter):
                taken = use.taken_at.astimezone(HERE).date()
                use.day = min(max(taken, date(counter.year, 1, 1)), date(counter.year, 12, 31))
                use.payer_id = payers.get(use.holder)
                use.counter = first
                use.save(update_fields=["day", "payer", "counter"])
        counters.objects.filter(pk__in=[other.pk for other in others]).delete()
        living = uses.objects.filter(counter=first, released_at__isnull=True)
        held = living.aggregate(count=Count("pk"), total=Sum("amount"))
        first.used_count, first.used_amount = held["count"], held["total"] or 0
        first.save(update_fields=["used_count", "used_amount"])


class Migration(migrations.Migration):
    dependencies = [("funds", "0003_cap_book")]
    operations = [migrations.RunPython(merge, migrations.RunPython.noop)]
