from django.db import models
from django.db.models import Q

from niangjia.apps.organizations.types import ChangeKind, Level, Union, UnionState

ID_WIDTH = 9
LONGEST_PATH = 25 * (ID_WIDTH + 1)


class OrgUnit(models.Model):
    """One union. One row per union ever reported; a union that closes keeps its row."""

    code = models.CharField("编号", max_length=64, unique=True)
    name = models.CharField("名称", max_length=200)
    level = models.CharField("层级", max_length=12, choices=[(level.value, level.value) for level in Level])
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    # Ids of the ancestors and of this union, zero-padded, each followed by "/". Written by `actions` only.
    path = models.CharField("路径", max_length=LONGEST_PATH, unique=True, null=True, editable=False)
    area = models.CharField("区划", max_length=12, blank=True, db_index=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_index=True)
    state = models.CharField(
        "状态", max_length=8, choices=[(state.value, state.value) for state in UnionState], default=UnionState.ACTIVE
    )

    leader = models.CharField("负责人", max_length=64, blank=True)
    sector = models.CharField("行业", max_length=40, blank=True)
    # Who goes on with what this union had; null = it goes on itself, or ended without one.
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承接工会"
    )
    # What the feed says otherwise than an administrator set, by column; shown until they agree.
    feed_says = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(state=UnionState.ACTIVE) & ~Q(successor=models.F("id")),
                name="orgunit_with_successor_has_ended",
            ),
            models.CheckConstraint(condition=Q(level__in=[level.value for level in Level]), name="orgunit_level_known"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in UnionState]), name="orgunit_state_known"
            ),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="orgunit_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def as_type(self) -> Union:
        return Union(
            id=self.pk,
            code=self.code,
            name=self.name,
            level=Level(self.level),
            state=UnionState(self.state),
            path=self.path or "",
            area=self.area,
            uscc=self.uscc,
            parent_id=self.parent_id,
            leader=self.leader,
            sector=self.sector,
            successor_id=self.successor_id,
            feed_says=self.feed_says,
        )


class UnionChange(models.Model):
    """
    One change of one union by an administrator; never edited after it is done. `before` and `after` hold what changed, by column, with
    codes for unions. `done_at` null: planned, or given up (`dropped_at`). `decided_by`: account id (accounts stand above). `handed`: what
    went to whom, counted.
    """

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in ChangeKind])
    to = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+")  # the new parent, or the successor
    from_day = models.DateField()
    reason = models.CharField(max_length=300)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    handed = models.JSONField(default=dict)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dropped_at__isnull=True), name="unionchange_done_or_dropped"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(done_at__isnull=True, dropped_at__isnull=True), name="unionchange_one_plan"
            ),
        ]
        indexes = [models.Index(fields=["unit", "from_day"], name="unionchange_unit_day")]


class WorkDay(models.Model):
    """A day that the government's notice, or a local order, makes a working day or a day off. Other days: `calendar`."""

    day = models.DateField("日期", primary_key=True)
    is_working = models.BooleanField("上班")
    note = models.CharField("依据", max_length=200, blank=True)

    def __str__(self) -> str:
        return self.day.isoformat()
