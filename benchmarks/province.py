"""
A province out of the demo city: ``python benchmarks/province.py DEMO FOLDER [--cities 35] [--rounds 14] [--persons 1000000]``.

The demo city's database (every state reached by the real actions) is copied `cities` times over as a tree of its own, and its
households, persons, alerts, orders, cases and money `rounds` times in each of them: about 15,000 unions, 200,000 cases, and persons
up to `persons`. Rows are copied by the models' own keys, in SQL; persons are sealed anew, each for its own place. The audit chain's
hashes are not made anew: the copy is for measuring pages, never for `verify`.
"""

from __future__ import annotations

import argparse
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

TREE = [
    "accounts.Account",
    "accounts.Post",
    "funds.Budget",
    "funds.FundRequest",
    "funds.LedgerAccount",
    "house_messages.Message",
]
MATTER = [
    "registry.Household",
    "registry.HouseholdMember",
    "registry.Membership",
    "alerts.HardshipAlert",
    "alerts.SampledAlert",
    "workorders.WorkOrder",
    "workorders.WorkOrderMove",
    "cases.Case",
    "cases.CaseAlert",
    "cases.CaseMove",
    "cases.Visit",
    "cases.Finding",
    "cases.HardshipFile",
    "cases.FileMember",
    "cases.PublicNotice",
    "cases.Grievance",
    "programs.Decision",
    "cases.Entitlement",
    "cases.HeldIncome",
    "cases.ExitLetter",
    "cases.FollowUp",
    "funds.PaymentBatch",
    "funds.Reservation",
    "funds.Payment",
    "funds.ReceiptEntry",
    "funds.LedgerTransfer",
    "funds.CapCounter",
    "funds.CapUse",
]
OF_TREE, OF_MATTER = "organizations.OrgUnit", "registry.Person"
LISTS = {
    "route": OF_TREE,
    "subject_person_ids": OF_MATTER,
    "verifier_ids": "accounts.Account",
    "excluded_ids": "accounts.Account",
    "verifiers": "accounts.Account",
}
SUBJECTS = {
    "case": "cases.Case",
    "order": "workorders.WorkOrder",
    "household": "registry.Household",
    "person": OF_MATTER,
}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"  # fmt: skip
GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红建国文辉力志永健世广义兴良海山仁波宁贵福生龙元全胜学祥才发成新利清飞彬富顺信子昌康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘"  # fmt: skip


class Copier:
    """`offset[label]`: how far the ids of one copy lie from the next one's."""

    def __init__(self, cities: int, rounds: int) -> None:
        from django.apps import apps
        from django.db import connection
        from django.db.models import Max

        self.connection, self.cities, self.rounds = connection, cities, rounds
        self.models = {label: apps.get_model(label) for label in [*TREE, *MATTER, OF_TREE, OF_MATTER]}
        self.offset = {
            label: (model.objects.aggregate(last=Max("pk"))["last"] or 0) + 1 for label, model in self.models.items()
        }

    def run(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def copies(self) -> None:
        """A table of the copies to make: `c` counts them all, `k` is the city, `r` the round."""
        self.run("CREATE TEMPORARY TABLE copies (c integer, k integer, r integer)")
        rows = [(k * self.rounds + r, k, r) for k in range(self.cities) for r in range(self.rounds)][1:]
        with self.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO copies VALUES (%s, %s, %s)", rows)

    def shift(self, label: str, column: str) -> str:
        if label in self.offset:
            return f"{column} + {self.by(label)} * {self.offset[label]}"
        return column

    @staticmethod
    def by(label: str) -> str:
        return "c" if label in MATTER or label == OF_MATTER else "k"

    def listed(self, column: str, label: str) -> str:
        if self.connection.vendor == "sqlite":
            return f"(SELECT json_group_array({self.shift(label, 'value')}) FROM json_each(t.{column}))"
        return f"(SELECT coalesce(jsonb_agg({self.shift(label, 'value::bigint')}), '[]') FROM jsonb_array_elements_text(t.{column}))"

    def expression(self, label: str, field) -> str:
        column = f't."{field.column}"'
        if field.primary_key:
            return self.shift(label, column)
        if field.is_relation:
            return self.shift(field.related_model._meta.label, column)
        if field.name in LISTS:
            return self.listed(f'"{field.column}"', LISTS[field.name])
        if field.name == "subject_id":
            return self.shift(OF_MATTER, column)
        kind = field.get_internal_type()
        if kind == "UUIDField":
            return "lower(hex(randomblob(16)))" if self.connection.vendor == "sqlite" else "gen_random_uuid()"
        alone = field.unique or field.name in ("subject_key", "case_ref", "holder")
        if alone and kind == "CharField" and not field.null:
            return f"{column} || '~' || {self.by(label)}"
        return "NULL" if alone and field.null else column

    def copy(self, label: str) -> None:
        fields = self.models[label]._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(self.expression(label, field) for field in fields)
        table = self.models[label]._meta.db_table
        where = "" if self.by(label) == "c" else "WHERE r = 0"
        self.run(f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" t CROSS JOIN copies {where}')

    def audit(self) -> None:
        """Events tell of the copies as they told of the city; their hashes are the city's."""
        from django.apps import apps

        from niangjia.apps.audit.models import AuditEvent, AuditHead

        last = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        object_ = "CASE "
        for prefix, label in SUBJECTS.items():
            number = f"CAST(substr(object, {len(prefix) + 2}) AS integer)"
            object_ += f"WHEN object LIKE '{prefix}:%%' THEN '{prefix}:' || ({self.shift(label, number)}) "
        table, columns = AuditEvent._meta.db_table, [field.column for field in AuditEvent._meta.concrete_fields]
        path = (
            "(SELECT u.path FROM accounts_post p JOIN organizations_orgunit u ON u.id = p.org_id "
            f"WHERE p.id = {self.shift('accounts.Post', 'post_id')})"
        )
        own = {"seq": f"seq + c * {last}", "object": f"{object_} ELSE object END".replace("%%", "%"),
               "org_path": f"CASE WHEN org_path = '' THEN '' ELSE coalesce({path}, org_path) END",
               "account_id": self.shift("accounts.Account", "account_id"), "post_id": self.shift("accounts.Post", "post_id")}  # fmt: skip
        values = ", ".join(own.get(column, column) for column in columns)
        self.run(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} CROSS JOIN copies")
        for follower in (AuditHead, apps.get_model("house_messages.Heard")):
            follower.objects.update(seq=AuditEvent.objects.order_by("-seq").values_list("seq", flat=True)[0])

    def unions(self) -> None:
        """The tree again for each city, under the one province."""
        from niangjia.apps.organizations.models import ID_WIDTH, OrgUnit

        units = list(OrgUnit.objects.order_by("path"))
        top = next(unit for unit in units if unit.parent_id is None)
        step, made = self.offset[OF_TREE], []
        for k in range(1, self.cities):
            for unit in units:
                moved = OrgUnit(**{field.attname: getattr(unit, field.attname) for field in unit._meta.concrete_fields})
                moved.pk, moved.code, moved.uscc = unit.pk + k * step, f"{unit.code}~{k}", ""
                moved.name = f"{unit.name}（{k}）"
                moved.parent_id = top.pk if unit.parent_id is None else unit.parent_id + k * step
                if unit.path:
                    below = [int(part) + k * step for part in unit.path.split("/") if part]
                    moved.path = "".join(f"{part:0{ID_WIDTH}d}/" for part in [top.pk, *below])
                made.append(moved)
        for unit in made:  # a copy of the province itself is a union between, like a prefecture's
            unit.level = "CITY" if unit.level == "PROVINCE" else unit.level
        OrgUnit.objects.bulk_create(made, batch_size=2000)

    def persons(self, wanted: int) -> None:
        """Each copy with its own name and numbers, and persons of no household beside them up to `wanted`."""
        from niangjia.apps.registry.models import Person

        dice = random.Random(20231001)
        originals = list(Person.objects.order_by("pk"))
        step, tree = self.offset[OF_MATTER], self.offset[OF_TREE]
        copies = [(k * self.rounds + r, k) for k in range(self.cities) for r in range(self.rounds)][1:]

        def made() -> Iterator[Person]:
            number = 0
            for copy, city in copies:
                for person in originals:
                    number += 1
                    yield self.one(person, person.pk + copy * step, number, city * tree, dice)
            for extra in range(max(0, wanted - len(originals) * (len(copies) + 1))):
                number += 1
                base = originals[extra % len(originals)]
                yield self.one(base, (len(copies) + 1) * step + extra, number, extra % self.cities * tree, dice)

        batch: list[Person] = []
        for person in made():
            batch.append(person)
            if len(batch) == 5000:
                Person.objects.bulk_create(batch)
                batch = []
        Person.objects.bulk_create(batch)

    @staticmethod
    def one(base, pk: int, number: int, tree: int, dice: random.Random):
        from niangjia.apps.registry.models import Person

        person = Person(
            pk=pk, pseudonym=f"{number:032x}", birth_date=base.birth_date, sex=base.sex, updated_at=base.updated_at
        )
        person.home_id = base.home_id + tree if base.home_id else None
        person.write("name", dice.choice(SURNAMES) + "".join(dice.choice(GIVEN) for _ in range(dice.choice((1, 2, 2)))))
        person.write("id_number", id_number(number))
        person.write("phone", f"19{number:09d}")
        return person

    def earlier_years(self) -> None:
        """All rounds but the first two are of years that are over: their orders and cases are closed, their lists gone with their runs."""
        past = "{id} / {step} % {rounds} > 1"

        def over(label: str, column: str = "id") -> str:
            return past.format(id=column, step=self.offset[label], rounds=self.rounds)

        self.run(f"DELETE FROM alerts_sampledalert WHERE {over('alerts.HardshipAlert', 'alert_id')}")
        self.run(f"DELETE FROM cases_casealert WHERE {over('alerts.HardshipAlert', 'alert_id')}")
        self.run(f"UPDATE cases_case SET alert_id = NULL WHERE {over('alerts.HardshipAlert', 'alert_id')}")
        self.run(f"DELETE FROM alerts_hardshipalert WHERE {over('alerts.HardshipAlert')}")
        self.run(
            "UPDATE workorders_workorder SET state = 'CLOSED', closed_at = due_at, closed_by_id = (SELECT min(id) FROM accounts_account), "
            "step_due_at = NULL, remind_at = NULL, escalate_at = NULL, clock = '', target_area = '' "
            f"WHERE state NOT IN ('CLOSED', 'CANCELLED', 'TRANSFERRED') AND {over('workorders.WorkOrder')}"
        )
        self.run(
            "UPDATE cases_case SET state = 'CLOSED', closed_at = opened_at, close_reason = 'HELPED_ONCE' "
            f"WHERE state NOT IN ('CLOSED', 'ON_FILE', 'EXITING') AND {over('cases.Case')}"
        )

    def set_sequences(self) -> None:
        if self.connection.vendor != "postgresql":
            return
        for model in self.models.values():
            table = model._meta.db_table
            self.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))")


def id_number(number: int) -> str:
    digits = (
        f"330624{1950 + number % 55}{1 + number // 55 % 12:02d}{1 + number // 660 % 28:02d}{number // 18480 % 1000:03d}"
    )
    return digits + "10X98765432"[sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("demo", type=Path)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--cities", type=int, default=35)
    asked.add_argument("--rounds", type=int, default=14)
    asked.add_argument("--persons", type=int, default=1_000_000)
    wish = asked.parse_args()
    if wish.demo != wish.folder:
        shutil.copytree(wish.demo, wish.folder, ignore=shutil.ignore_patterns("feeds", "lake"))
    from niangjia.cli.console import open_deployment

    open_deployment(wish.folder)
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA foreign_keys = OFF" if connection.vendor == "sqlite" else "SET session_replication_role = replica"
        )
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = OFF")
    copier = Copier(wish.cities, wish.rounds)
    copier.copies()
    steps = [("organizations.OrgUnit", copier.unions), *[(label, lambda label=label: copier.copy(label)) for label in TREE],
             ("registry.Person", lambda: copier.persons(wish.persons)),
             *[(label, lambda label=label: copier.copy(label)) for label in MATTER], ("audit", copier.audit),
             ("earlier years", copier.earlier_years), ("sequences", copier.set_sequences), ("analyze", lambda: copier.run("ANALYZE"))]  # fmt: skip
    for name, act in steps:
        start = time.perf_counter()
        with transaction.atomic():
            act()
        print(f"{name}: {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()
