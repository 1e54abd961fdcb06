"""The hardships that are planted, and what sensing must make of each.

A story happens to a household in a month, its *turn*. All it changes stands in its `Story`: wages, ages, and effects, which are
rows of a feed given by months before or after the turn. Whoever has no story is made unremarkable, so the list is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Effect:
    """
    One row of `feed` about the hero (the head, or `on`), dated `month` after the turn and delivered in the folder of `arrives`.

    medical_settlement: text = med_type, amount = own part, other = 1 for a refund; `visit` ties a refund to its settlement ·
    mutual_aid: amount · aid_payment: text = scheme, amount · event: text = kind, amount = loss, other = compensation ·
    canvass: text = cause, amount = income_12m (None = not found). It happens on the 10th, a refund on the 13th, or on the month's `last_day`.
    """

    feed: str
    month: int
    text: str | None = None
    amount: int | None = None
    other: int = 0
    on: str = "head"
    arrives: int | None = None
    visit: int | None = None
    last_day: bool = False


@dataclass(frozen=True)
class Expect:
    """In the `month` after the turn: triggers that must be among those listed, state, labels, suppress code, or nothing listed."""

    month: int
    triggers: tuple[str, ...] = ()
    state: str | None = None
    label: str | None = None
    suppressed: str | None = None
    absent: bool = False


@dataclass(frozen=True)
class Story:
    """Wages are contribution bases a month; work is firm, flex (insures oneself), paused (insured, unpaid) or none."""

    name: str
    zh: str
    en: str
    expects: tuple[Expect, ...] = ()
    effects: tuple[Effect, ...] = ()
    head_work: str = "firm"
    head_base: int = 7500
    spouse_work: str = "firm"
    spouse_base: int = 7000
    head_age: int = 42
    child_age: int = 12
    scheme: str | None = None
    homes: tuple[int, ...] = field(default=())  # areas in m²


def _stay(own: int, month: int = 0, med_type: str = "21", **more: object) -> Effect:
    return Effect("medical_settlement", month, med_type, own, **more)  # type: ignore[arg-type]


NOBODY: tuple[Story | None, ...] = (None,)  # a household without a story
ILL = Expect(0, ("T-ILL-2", "T-ILL-3", "T-ILL-4"))

SINGLE = (
    Story(
        "new-form-illness",
        "新就业形态劳动者（无基层工会）大病",
        "a truck, ride or courier worker without a grassroots union falls ill",
        (ILL,),
        (_stay(56_000),),
        head_work="flex",
        head_base=5200,
    ),
    Story(
        "moved-in-province",
        "大病后迁往杭州",
        "ill, then moved to Hangzhou: a transfer",
        (Expect(0, ("T-ILL-3",), label="transfer:{neighbour}"),),
        (_stay(55_000, -5),),
    ),
    Story(
        "moved-out-of-province",
        "大病后迁往省外",
        "ill, then moved to another province: held",
        (Expect(0, ("T-ILL-3",), state="HELD", suppressed="S-MOVED"),),
        (_stay(57_000, -5),),
    ),
    Story(
        "no-register",
        "无户籍登记的外来务工者大病",
        "a worker from elsewhere, in no household register, falls ill",
        (Expect(0, ("T-ILL-3",), label="no-register"),),
        (_stay(61_000),),
    ),
    Story(
        "death-of-the-ill",
        "单身职工大病后去世",
        "a single worker falls ill and dies two months later",
        (ILL, Expect(2, state="EXITED")),
        (_stay(64_000),),
    ),
    Story(
        "retired-worker",
        "已退休会员大病",
        "a retired member falls ill: held, for the community",
        (Expect(0, ("T-ILL-3",), state="HELD", suppressed="S-RETIRED"),),
        (_stay(58_000),),
        head_age=61,
    ),
    Story(
        "canvass-single",
        "基层走访上报",
        "a grassroots union reports a single worker",
        (Expect(0, ("T-MAN-1",)),),
        (Effect("canvass", 0, "因病", 30_000),),
    ),
    Story(
        "wedding",
        "患病单身职工结婚，两户合并",
        "an ill single worker marries: two households become one",
        (Expect(-2, ("T-ILL-2", "T-ILL-4")), Expect(0, ("T-ILL-2",), state="CONTINUING")),
        (_stay(33_000, -2),),
    ),
    *NOBODY * 6,
)
COUPLE = (
    Story(
        "two-firms",
        "双职工夫妻（两家企业）一人大病",
        "a couple in two firms, one ill: one row, one order",
        (Expect(0, ("T-ILL-2", "T-ILL-4")),),
        (_stay(38_000),),
    ),
    Story(
        "maternity",
        "生育费用（不计入）",
        "costly childbirth: left out of the medical indicators",
        (Expect(0, absent=True),),
        (_stay(24_000, med_type="52", on="spouse"),),
    ),
    Story(
        "aid-covers",
        "大病后互助保障和医疗救助到账",
        "ill; mutual aid and medical aid pay a month later",
        (Expect(0, ("T-ILL-2", "T-ILL-4")), Expect(3, state="EXITED")),
        (_stay(26_000), Effect("mutual_aid", 1, amount=8_000), Effect("aid_payment", 1, "medical", 12_000)),
    ),
    Story(
        "divorce",
        "患病后离婚，一户分为两户",
        "ill, then divorced: one household becomes two",
        (Expect(-2, ("T-ILL-2", "T-ILL-4")), Expect(0, ("T-ILL-2",))),
        (_stay(36_000, -2),),
    ),
    Story("job-loss", "失业三个月", "dismissed; three months without an insured job", (Expect(0, ("T-UNE-1",)),)),
    Story(
        "unknown-income",
        "收入不明，自付费用高",
        "high own cost, and the wife's income is not known",
        (Expect(0, ("T-ILL-2", "T-ILL-4")),),
        (_stay(31_000),),
        spouse_work="none",
    ),
    Story(
        "window-edge",
        "住院结算在十二个月窗口外的最后一天",
        "settled on the last day of a month: counted for twelve months, not a day longer",
        (Expect(-1, ("T-ILL-3",)), Expect(0, absent=True, state="EXITED")),
        (_stay(53_000, -12, last_day=True),),
    ),
    *NOBODY * 5,
)
FAMILY = (
    Story("serious-illness", "单次住院自付超五万", "one stay of more than 50,000 own cost", (ILL,), (_stay(72_000),)),
    Story(
        "long-illness",
        "长期特殊病门诊",
        "special outpatient treatment every month; the year's own cost crosses the line",
        (Expect(8, ("T-ILL-2",)),),
        tuple(_stay(2_600, month, "14") for month in range(16)),
    ),
    Story(
        "refund",
        "住院后退费重结",
        "a costly stay that is refunded and settled again a month later",
        (Expect(0, ("T-ILL-3",)), Expect(1, absent=True, state="EXITED")),
        (_stay(55_000, visit=0), _stay(55_000, 1, other=1, visit=0), _stay(4_000, 1, visit=0)),
    ),
    Story(
        "job-loss-family",
        "失业后再就业",
        "dismissed, and employed again eight months later",
        (Expect(0, ("T-UNE-1",)), Expect(8, state="EXITED")),
    ),
    Story("new-disability", "新增重度残疾", "a new severe disability", (Expect(0, ("T-DIS-1",)),)),
    Story(
        "worse-disability", "残疾等级升为重度", "a disability is upgraded from grade 3 to 1", (Expect(0, ("T-DIS-1",)),)
    ),
    Story("fire", "火灾", "the home burns", (Expect(0, ("T-CAT-1",)),), (Effect("event", 0, "fire", 260_000, 20_000),)),
    Story(
        "road-accident",
        "交通事故",
        "a road accident with little compensation",
        (Expect(0, ("T-CAT-1",)),),
        (Effect("event", 0, "traffic", 220_000, 15_000),),
    ),
    Story(
        "canvass-family",
        "走访上报（收入不明）",
        "reported by the grassroots union; the register knows no income of the spouse",
        (Expect(0, ("T-MAN-1", "T-INC-1")),),
        (Effect("canvass", 0, "低收入", 42_000),),
        spouse_work="none",
    ),
    Story(
        "dead-sole-earner",
        "唯一收入者去世",
        "the only earner dies",
        (Expect(0, ("T-INC-1",), label="bereaved"),),
        head_base=9000,
        spouse_work="paused",
    ),
    Story(
        "small-second-home",
        "患病，两套小住房",
        "ill, with a second home but little area: nothing taken off",
        (ILL,),
        (_stay(66_000),),
        homes=(62, 38),
    ),
    Story(
        "large-second-home",
        "患病，两套大住房",
        "ill, with a second large home: one step off and to be explained",
        (Expect(0, ("T-ILL-3",), label="needs-property-explanation"),),
        (_stay(66_000),),
        homes=(128, 116),
    ),
    Story(
        "late-settlement",
        "结算数据迟到两个月",
        "a costly stay that arrives two months late",
        (Expect(-2, absent=True), Expect(0, ("T-ILL-2", "T-ILL-4"))),
        (_stay(34_000, -2, arrives=0),),
    ),
    Story(
        "benefit-ended",
        "失业金到期",
        "unemployment benefit ends without a new job",
        (Expect(0, ("T-UNE-1", "T-UNE-2")),),
    ),
    Story(
        "to-university",
        "子女上大学，学费高",
        "a child goes to university; the fee is over 30 % of income",
        (Expect(0, ("T-EDU-2",)),),
        head_work="firm",
        head_base=3900,
        spouse_base=3500,
        head_age=45,
        child_age=18,
    ),
)
STUDENTS = (
    Story(
        "two-students",
        "低工资两孩就学",
        "two students on one low wage",
        (Expect(0, ("T-EDU-1", "T-INC-1")),),
        head_base=4900,
        spouse_work="paused",
        head_age=41,
        child_age=13,
    ),
    *NOBODY * 5,
)
LOW_WAGE = (
    Story(
        "low-wage",
        "低工资家庭",
        "one low wage for three",
        (Expect(0, ("T-INC-1",)),),
        head_base=4500,
        spouse_work="paused",
    ),
    *NOBODY * 5,
)
WITH_MOTHER = (
    Story(
        "old-and-disabled",
        "一老一残",
        "a grandmother and a disabled wife on one low wage",
        (Expect(0, ("T-DIS-2", "T-INC-1")),),
        head_base=4800,
        spouse_work="paused",
    ),
    None,
    Story(
        "mothers-illness",
        "老人患病",
        "the grandmother falls ill",
        (Expect(0, ("T-ILL-2", "T-ILL-4")),),
        (_stay(31_000, on="parent"),),
    ),
    *NOBODY * 5,
)
SINGLE_PARENT = tuple(
    story
    for scheme, zh in (("dibao", "低保"), ("dibian", "低边"), ("tekun", "特困"), ("rigid", "刚性支出"))
    for story in (
        Story(
            f"scheme-{scheme}",
            f"已在{zh}的单亲家庭",
            f"a single mother already on the {scheme} list: labelled, not rejected",
            (Expect(0, ("T-INC-1",), label=f"scheme:{scheme}"),),
            head_base=4462,
            head_work="partly",
            scheme=scheme,
        ),
        *NOBODY * 3,
    )
)

# Which household of the block lives the story: shape, the how-manieth of that shape. Block after block takes the next story.
CYCLES: dict[tuple[str, int], tuple[Story | None, ...]] = {
    ("single-man", 0): SINGLE,
    ("couple", 0): COUPLE,
    ("one-child", 0): FAMILY,
    ("two-children", 0): STUDENTS,
    ("one-child", 1): LOW_WAGE,
    ("with-mother", 0): WITH_MOTHER,
    ("single-parent", 0): SINGLE_PARENT,
}

STORIES = {story.name: story for cycle in CYCLES.values() for story in cycle if story}
