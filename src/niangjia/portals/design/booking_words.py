"""Codes of the bookings in words (`words.WORDS`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

EVENTS = {
    "bookings.seat": (_("给了名额"), "secondary"),
    "bookings.called_off": (_("因活动取消而结束"), "secondary"),
    "bookings.call_off_slot": (_("取消了一场"), "secondary"),
    "bookings.drop_quota": (_("撤了分给的名额"), "secondary"),
    "bookings.rehome": (_("活动和报名随工会变动"), "secondary"),
    "bookings.remind": (_("提醒了报名人"), "secondary"),
    "bookings.certify": (_("发了证明"), "secondary"),
    "bookings.campaign": (_("开了服务季"), "secondary"),
    "bookings.teacher": (_("登记了讲师"), "secondary"),
    "bookings.feed": (_("取了日历地址"), "secondary"),
    "bookings.end_feed": (_("停了日历地址"), "secondary"),
    "bookings.topic": (_("加了宣讲主题"), "secondary"),
    "bookings.talk": (_("记了班前十分钟"), "secondary"),
    "bookings.trip": (_("填写了行程"), "secondary"),
    "bookings.costs": (_("录入了费用"), "secondary"),
    "bookings.decide_trip": (_("核算了疗休养"), "secondary"),
    "bookings.pay_carrier": (_("报了付款"), "secondary"),
    "bookings.hand_over": (_("结算了疗休养"), "secondary"),
    "bookings.tour": (_("开了排班"), "secondary"),
    "bookings.change_tour": (_("改了排班"), "secondary"),
    "bookings.publish_tour": (_("发布了排班"), "secondary"),
}

WORDS = {
    "offer_state": {
        "DRAFT": (_("未发布"), "secondary"),
        "OPEN": (_("报名中"), "green"),
        "CLOSED": (_("报名结束"), "blue"),
        "CANCELLED": (_("已取消"), "red"),
    },
    "booking_state": {
        "ASKED": (_("已报名，待摇号"), "yellow"),
        "SEATED": (_("已有名额"), "green"),
        "WAITING": (_("候补"), "yellow"),
        "ATTENDED": (_("已到场"), "blue"),
        "MISSED": (_("未到场"), "orange"),
        "CANCELLED": (_("已取消"), "secondary"),
        "UNPLACED": (_("没有名额"), "secondary"),
    },
    "giving": {
        "FIRST_COME": (_("先到先得"), "blue"),
        "DRAW": (_("公开摇号"), "purple"),
    },
    "settle_state": {
        "TOLD": (_("已录入，待核算"), "yellow"),
        "GRANTED": (_("可列支"), "green"),
        "REFUSED": (_("不能列支"), "red"),
        "UNKNOWN": (_("还不能判断"), "orange"),
        "ORDERED": (_("已报付款"), "blue"),
        "GIVEN": (_("已结算"), "green"),
    },
    "speaker": {
        "TEAM_LEADER": (_("班组长"), "blue"),
        "MODEL_WORKER": (_("劳模工匠"), "red"),
        "RED_HEART": (_("红心宣讲队"), "purple"),
        "OTHER": (_("其他职工"), "secondary"),
    },
    "topic_field": {
        "POLICY": (_("政策理论"), "red"),
        "SAFETY": (_("安全生产"), "orange"),
        "CRAFT": (_("业务技能"), "blue"),
        "STORY": (_("工匠故事"), "purple"),
    },
    "worker_group": {
        "truck": (_("货车司机"), "blue"),
        "ride": (_("网约车司机"), "blue"),
        "courier": (_("快递员"), "blue"),
        "delivery": (_("外卖配送员"), "blue"),
        "domestic": (_("家政服务员"), "blue"),
    },
}
