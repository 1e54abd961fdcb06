"""Each entry of the papers that is a service brought to people, and where the demo town shows it: whose page, and what stands on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """`words`: each stands on the page of the county's officer at `path`; `rows`: at least so many lines are in its last table."""

    entry: str
    path: str
    words: tuple[str, ...]
    rows: int


def _shown(entry: str, path: str, *words: str, rows: int = 1) -> Shown:
    return Shown(entry, path, words, rows)


TABLE = (
    _shown("E04", "/desk/places/kinds/roof/", "发电量", "上网电价", "每户每年余电收益"),
    _shown("E04", "/desk/places/?kind=roof", "光FU行屋顶"),
    _shown("E05", "/desk/bookings/?kind=check_up", "流动体检车"),
    _shown("E05", "/desk/tours/", "体检车下乡排班"),
    _shown("E07", "/desk/places/?kind=station", "驿站", rows=10),
    _shown("E07", "/contests/", "最美"),
    _shown("E09", "/desk/bookings/?kind=course_reemployment", "转岗电工上岗培训"),
    _shown("E09", "/desk/volunteers/?kind=vacancy"),
    _shown("E10", "/desk/bookings/campaigns/", "温暖服务季"),
    _shown("E11", "/desk/applications/?place=all&program=union-membership", "申请加入工会"),
    _shown("E11", "/desk/applications/?place=all&program=difficulty-project", "难题"),
    _shown("E11", "/desk/applications/?place=all&program=sector-federation"),
    _shown("E11", "/desk/applications/?place=all&program=labour-relation-warning", rows=3),
    _shown("E11", "/desk/coverage/", "覆盖率", "单位花名册"),
    _shown("E17", "/desk/applications/?place=all&state=DONE&program=rent-relief"),
    _shown("E17", "/desk/places/kinds/lease/", "减免租金", "应收租金"),
    _shown("E17", "/desk/places/?kind=lease", "演示早餐店", rows=4),
    _shown("E17", "/desk/bookings/?kind=venue", "创业培训教室"),
    _shown("E19", "/desk/bookings/?kind=recuperation", "一线职工疗休养"),
    _shown("E20", "/desk/places/?kind=base", "演示基地"),
    _shown("E20", "/desk/places/exchanges/", "互认互送协议"),
    _shown("E21", "/desk/bookings/?kind=recuperation", "一线职工疗休养"),
    _shown("E22", "/desk/volunteers/?kind=volunteering", rows=3),
    _shown("E23", "/desk/places/?kind=workstation", "工作站"),
    _shown("E25", "/desk/places/?kind=bookhouse", "职工书屋"),
    _shown("E25", "/desk/applications/?place=all&program=migrant-education-subsidy"),
    _shown("E26", "/desk/places/kinds/venue/", "服务阵地规范化运作率"),
    _shown("E28", "/contests/", "挡车工"),
    _shown("E28", "/desk/applications/?place=all&program=skill-allowance", "纺织工人技能津贴"),
    _shown("E30", "/desk/applications/?place=all&program=skill-pay-bargaining", "能级工资集体协商"),
    _shown("E30", "/desk/places/?kind=lead_goose", "领头雁"),
    _shown("E31", "/desk/bookings/teachers/", "例师傅一", rows=6),
    _shown("E32", "/desk/talks/", "班", "覆盖率"),
    _shown("E34", "/desk/applications/?place=all&program=hazard-report", rows=2),
    _shown("E34", "/desk/applications/?place=all&state=DONE&program=heat-relief-visit"),
    _shown("E35", "/contests/", "职工好声音"),
    _shown("E36", "/desk/matters/registers/member-representative/?place=all", "第一选区", rows=2),
    _shown("E36", "/desk/applications/?place=all&program=member-proposal"),
)
ENTRIES = [
    f"E{number:02}" for number in (4, 5, 7, 9, 10, 11, 17, 19, 20, 21, 22, 23, 25, 26, 28, 30, 31, 32, 34, 35, 36)
]
