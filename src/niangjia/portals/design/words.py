"""Stored codes in words, with the tone of their badge. One table a kind of code; a code is never shown as such."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

Word = tuple[object, str]  # label, tone: a colour of the style sheet

WORDS: Mapping[str, Mapping[str, Word]] = {
    "role": {
        "PROVINCE": (_("省总工会"), "purple"),
        "CITY": (_("市总工会"), "purple"),
        "COUNTY": (_("县（市、区）总工会"), "blue"),
        "TOWNSHIP": (_("乡镇（街道）工会"), "blue"),
        "GRASSROOTS": (_("基层工会"), "green"),
        "FINANCE": (_("财务"), "yellow"),
        "AUDITOR": (_("审计"), "secondary"),
        "ADMINISTRATOR": (_("系统管理"), "secondary"),
        "WORKER": (_("职工本人"), "red"),
    },
    "level": {
        "PROVINCE": (_("省"), "purple"),
        "CITY": (_("市"), "purple"),
        "COUNTY": (_("县"), "blue"),
        "TOWN": (_("乡镇街道"), "azure"),
        "GRASSROOTS": (_("基层"), "green"),
        "FEDERATION": (_("行业联合"), "orange"),
    },
    "union_state": {
        "ACTIVE": (_("正常"), "green"),
        "MERGED": (_("已合并"), "secondary"),
        "CLOSED": (_("已撤销"), "secondary"),
    },
    "alert_state": {
        "NEW": (_("新增"), "red"),
        "RETURNED": (_("返困"), "orange"),
        "CONTINUING": (_("持续"), "blue"),
        "STALE": (_("数据未到"), "secondary"),
        "HELD": (_("暂缓"), "yellow"),
        "EXITED": (_("退出"), "green"),
    },
    "grade": {
        "RED": (_("红色"), "red"),
        "ORANGE": (_("橙色"), "orange"),
        "YELLOW": (_("黄色"), "yellow"),
    },
    "change": {
        "ESCALATED": (_("升级"), "red"),
        "EASED": (_("缓和"), "green"),
        "SAME": (_("不变"), "secondary"),
    },
    "run_state": {
        "RECEIVING": (_("正在接收"), "yellow"),
        "RECEIVED": (_("待抽样发布"), "orange"),
        "RELEASED": (_("已发布"), "green"),
    },
    "difference": {
        "ADDED": (_("应列入"), "red"),
        "REMOVED": (_("应移出"), "green"),
        "CHANGED": (_("内容更正"), "blue"),
    },
    "cause": {
        "因病": (_("因病"), "red"),
        "因学": (_("因学"), "blue"),
        "因残": (_("因残"), "purple"),
        "因灾": (_("因灾"), "orange"),
        "失业": (_("失业"), "yellow"),
        "低收入": (_("低收入"), "azure"),
        "摸排": (_("摸排"), "green"),
        "其他": (_("其他"), "secondary"),
    },
    "order_state": {
        "CREATED": (_("待签收"), "orange"),
        "ACCEPTED": (_("已签收"), "blue"),
        "ASSIGNED": (_("待走访"), "blue"),
        "VISITED": (_("已走访"), "azure"),
        "SUBMITTED": (_("已上报"), "purple"),
        "RETURNED": (_("已退回"), "red"),
        "REVIEWED": (_("已复核"), "green"),
        "CLOSED": (_("已办结"), "green"),
        "TRANSFERRED": (_("已移交"), "secondary"),
        "CANCELLED": (_("已撤销"), "secondary"),
    },
    "order_kind": {
        "VERIFICATION": (_("入户核实"), "blue"),
        "FOLLOW_UP": (_("回访"), "green"),
        "RECHECK": (_("申诉复核"), "orange"),
    },
    "order_action": {
        "DISPATCH": (_("派单"), "blue"),
        "ACCEPT": (_("签收"), "blue"),
        "FORWARD": (_("转下级"), "blue"),
        "HAND_BACK": (_("退回上级"), "orange"),
        "ASSIGN": (_("指派"), "blue"),
        "RECORD_CONTACT_TRY": (_("登记联系"), "secondary"),
        "MARK_VISITED": (_("登记走访"), "azure"),
        "SUBMIT": (_("上报"), "purple"),
        "SUBMIT_UNREACHED": (_("联系不上，上报"), "purple"),
        "RETURN": (_("退回重核"), "red"),
        "REVIEW": (_("复核"), "green"),
        "CLOSE": (_("办结"), "green"),
        "CANCEL": (_("撤销"), "secondary"),
        "TRANSFER": (_("移交外地"), "secondary"),
        "REMIND": (_("提醒"), "yellow"),
        "ESCALATE": (_("升级督办"), "red"),
    },
    "case_state": {
        "OPEN": (_("待核实"), "orange"),
        "SUBMITTED": (_("待审核"), "purple"),
        "CONFIRMED": (_("已核实"), "blue"),
        "WATCH": (_("临界观察"), "yellow"),
        "REPAIR": (_("信息待修正"), "yellow"),
        "RETRY": (_("待再联系"), "yellow"),
        "FILE_DRAFT": (_("建档填报"), "azure"),
        "FILE_TIERED": (_("已定档次"), "azure"),
        "FILE_ANNOUNCED": (_("公示中"), "orange"),
        "ON_FILE": (_("在档帮扶"), "green"),
        "EXITING": (_("退档告知中"), "yellow"),
        "CLOSED": (_("已办结"), "secondary"),
    },
    "case_action": {
        "OPEN": (_("立案"), "blue"),
        "VISIT": (_("登记走访"), "azure"),
        "SUBMIT": (_("提交核实结论"), "purple"),
        "RETURN": (_("退回重核"), "red"),
        "ACCEPT": (_("审核通过"), "green"),
        "CLOSE_WITHOUT_FILE": (_("不建档办结"), "secondary"),
        "START_FILE": (_("开始建档"), "azure"),
        "FILL_FILE": (_("填写档案"), "azure"),
        "DECIDE_TIER": (_("核定档次"), "azure"),
        "ANNOUNCE": (_("公示"), "orange"),
        "WITHDRAW_NOTICE": (_("撤下公示"), "red"),
        "APPROVE": (_("批准建档"), "green"),
        "REFUSE_FILE": (_("不予建档"), "red"),
        "RECORD_INCOME": (_("登记月收入"), "secondary"),
        "PROPOSE_EXIT": (_("提出退档"), "yellow"),
        "CONFIRM_EXIT": (_("确认退档"), "secondary"),
        "STOP_EXIT": (_("停止退档"), "green"),
        "END_WATCH": (_("结束观察"), "secondary"),
        "FINISH_REPAIR": (_("修正完成"), "green"),
        "RETRY": (_("再次联系"), "blue"),
        "HAND_TO_COMMUNITY": (_("转社区"), "secondary"),
        "CANCEL": (_("撤销"), "secondary"),
        "WITHDRAW": (_("本人撤回"), "secondary"),
    },
    "outcome": {
        "V1": (_("属实"), "red"),
        "V2": (_("属实（暂时）"), "orange"),
        "V3": (_("临界困难"), "yellow"),
        "V4": (_("不困难"), "green"),
        "V5": (_("已由其他救助覆盖"), "azure"),
        "V6": (_("身份或家庭有误"), "secondary"),
        "V7": (_("联系不上"), "secondary"),
        "V8": (_("本人谢绝"), "secondary"),
        "V9": (_("已转移外地"), "secondary"),
        "V10": (_("去世、退休或离职"), "secondary"),
    },
    "decision": {
        "GRANTED": (_("给予"), "green"),
        "REFUSED": (_("不予"), "secondary"),
        "CANNOT_TELL": (_("尚不能判定"), "yellow"),
    },
    "rule_result": {
        "met": (_("符合"), "green"),
        "true": (_("符合"), "green"),
        "unmet": (_("不符合"), "red"),
        "false": (_("不符合"), "red"),
        "unknown": (_("缺资料"), "yellow"),
        "cannot_tell": (_("缺资料"), "yellow"),
    },
    "tier": {
        "G1": (_("深度困难"), "red"),
        "G2": (_("相对困难"), "orange"),
        "G3": (_("意外致困"), "orange"),
        "G4": (_("临界困难"), "yellow"),
        "W": (_("送温暖"), "blue"),
    },
    "grievance": {
        "OPEN": (_("待答复"), "orange"),
        "UPHELD": (_("成立"), "red"),
        "REJECTED": (_("不成立"), "secondary"),
    },
    "grievance_about": {
        "OUTCOME": (_("核实结论"), "blue"),
        "NOTICE": (_("公示"), "orange"),
        "DECISION": (_("帮扶决定"), "blue"),
        "EXIT": (_("退档"), "yellow"),
    },
    "entitlement": {
        "SET_ASIDE": (_("已列支"), "green"),
        "BLOCKED": (_("未列支"), "yellow"),
        "CANCELLED": (_("已取消"), "secondary"),
    },
    "reservation": {
        "QUEUED": (_("排队待款"), "orange"),
        "RESERVED": (_("已预留"), "blue"),
        "BATCHED": (_("已入批次"), "azure"),
        "RETURNED": (_("银行退回"), "red"),
        "PAID": (_("已到账"), "green"),
        "CANCELLED": (_("已取消"), "secondary"),
    },
    "payment": {
        "PREPARED": (_("待发"), "blue"),
        "IN_TRANSIT": (_("在途"), "azure"),
        "SETTLED": (_("到账"), "green"),
        "RETURNED": (_("退回"), "red"),
        "REMOVED": (_("移出"), "secondary"),
    },
    "batch": {
        "PREPARED": (_("待审批"), "orange"),
        "APPROVED": (_("已审批"), "blue"),
        "SEALED": (_("已封存"), "azure"),
        "SENT": (_("已送银行"), "purple"),
        "SETTLED": (_("已结清"), "green"),
        "CANCELLED": (_("已作废"), "secondary"),
    },
    "person_field": {
        "name": (_("姓名"), "blue"),
        "id_number": (_("身份证号"), "red"),
        "phone": (_("联系电话"), "orange"),
        "bank_account": (_("银行账号"), "red"),
        "visit form": (_("走访表全文"), "red"),
        "file form": (_("档案全文"), "red"),
    },
    "sex": {"M": (_("男"), "blue"), "F": (_("女"), "purple")},
    "relation": {
        "head": (_("户主"), "red"),
        "spouse": (_("配偶"), "blue"),
        "child": (_("子女"), "green"),
        "parent": (_("父母"), "azure"),
        "other": (_("其他"), "secondary"),
    },
    "visit_way": {
        "HOME": (_("入户"), "green"),
        "WORKPLACE": (_("到单位"), "blue"),
        "PHONE": (_("电话"), "yellow"),
        "NONE": (_("上门未遇"), "secondary"),
    },
    "purpose": {
        "SENSING": (_("每月困难数据比对"), "blue"),
        "NOTICE": (_("公示"), "orange"),
        "CONTACT": (_("联系走访"), "green"),
    },
    "batch_report": {
        "OK": (_("正常"), "green"),
        "HELD": (_("暂扣"), "orange"),
        "REJECTED": (_("退回"), "red"),
    },
}

FIGURES = {
    "I2": (_("家庭收入（12个月）"), _("元")),
    "I3": (_("月人均收入"), _("元")),
    "I4": (_("扣除刚性支出后月人均"), _("元")),
    "I5": (_("相当于低保标准"), _("倍")),
    "M4": (_("医疗自付净额（12个月）"), _("元")),
    "M5": (_("单次住院最高自付"), _("元")),
    "size": (_("家庭人口"), _("人")),
    "students": (_("在学"), _("人")),
    "dis_grade": (_("最重残疾等级"), _("级")),
    "months_uninsured": (_("断保月数"), _("个月")),
}


def word(kind: str, code: object) -> Word:
    """The label and tone of a code; a code that no table knows is shown as it is, grey."""
    text = str(getattr(code, "value", code) or "")
    return WORDS[kind].get(text, (text, "secondary"))


def choices(kind: str) -> list[tuple[str, object]]:
    return [(code, label) for code, (label, _tone) in WORDS[kind].items()]
