"""
The two forms of a case as typed fields: what a visitor asks (`sensing.md` §9) and the file in the national style.

A form is read into two parts: the plain part may be listed and counted, the secret part (names, numbers, health, photos,
words) is sealed by the caller before it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from niangjia.kernel.identity import (
    LONGEST_ACCOUNT,
    SHORTEST_ACCOUNT,
    fault_of_id_number,
    read_account,
    read_id_number,
    read_name,
    read_phone,
)
from niangjia.kernel.money import typed_number, yuan
from niangjia.kernel.problems import Refusal


@dataclass(frozen=True)
class Field:
    """
    `kind`: text, name, phone, account, money, integer, number, date, flag, code, id, ref (a row of the house), list (of texts), rows (of `columns`). Dates travel as
    ``2024-05-31``, money and numbers as text, so that a form survives JSON unchanged. `asks`: what to say where it is missing, (zh, en).
    `least`: what a number, an amount or a count has at least.
    """

    name: str
    zh: str
    en: str
    kind: str = "text"
    is_required: bool = False
    is_secret: bool = False
    values: tuple[str, ...] = ()
    columns: tuple[Field, ...] = ()
    asks: tuple[str, str] = ("", "")
    least: int = 0


@dataclass(frozen=True)
class Reading:
    plain: dict[str, Any]
    secret: dict[str, Any]


class FormIncomplete(Refusal):
    """`problems` pairs a field's name with what is wrong, (field, zh, en); a column of a list's first row is ``members/0/name``."""

    def __init__(self, problems: Sequence[tuple[str, str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "表单还不能提交：" + "；".join(zh for _, zh, _ in problems) + "。请补正后再交。",
            "The form cannot be handed in yet: " + "; ".join(en for _, _, en in problems) + ". Please correct these.",
        )


MOST_OF_A_COUNT = 1000
_READERS: Mapping[str, Callable[[str], str | None]] = {"id": read_id_number, "name": read_name, "phone": read_phone, "account": read_account}  # fmt: skip
# What to write, of each kind that needs no number to say so.
_WRITE = {
    "date": ("请写作年-月-日，例如 2024-05-31", "write year-month-day, such as 2024-05-31"),
    "flag": ("请选“是”或“否”", "choose yes or no"),
    "code": ("请从列出的各项里选一项", "choose one of those listed"),
    "name": ("请填两至四十个字，不含数字", "write two to forty letters and no digits"),
    "phone": ("请填 11 位手机号，或带区号的座机号，例如 0575-86012345", "write a mobile number of 11 digits, or a fixed line with its area code, such as 0575-86012345"),
    "account": (f"请填 {SHORTEST_ACCOUNT} 至 {LONGEST_ACCOUNT} 位数字，请对照银行卡或存折", f"write {SHORTEST_ACCOUNT} to {LONGEST_ACCOUNT} digits, as on the card or passbook"),
}  # fmt: skip

CAUSES = ("因病", "因学", "因残", "因灾", "失业", "低收入", "其他")

MEMBER_COLUMNS = (
    Field("name", "姓名", "name", is_required=True, is_secret=True),
    Field("relation", "关系", "relation", is_required=True, is_secret=True),
    Field("id_number", "身份证号", "ID number", "id", is_secret=True),
    Field("birth_date", "出生日期", "date of birth", "date", is_secret=True),
    Field("work_state", "就业状况", "work state", is_secret=True),
    Field("income_12m", "近12个月收入", "income of 12 months", "money", is_secret=True),
    Field("health", "健康状况", "health", is_secret=True),
    Field("disability", "残疾", "disability", is_secret=True),
    Field("insurance", "参保", "insurance", is_secret=True),
    Field("study", "就学", "study", is_secret=True),
)
# Of whom the register knows: whether the visitor found it so. What the register says of them is not copied into the visit.
VISITED_MEMBER_COLUMNS = (
    *MEMBER_COLUMNS,
    Field("person", "登记中的人", "person of the register", "ref", is_secret=True),
    Field(
        "says", "与登记核对", "compared with the register", "code", is_secret=True, values=("RIGHT", "WRONG", "GONE")
    ),
)
ITEM_COLUMNS = (
    Field("item", "项目", "item", is_required=True),
    Field("amount", "金额（元）", "amount in yuan", "money", is_required=True),
    Field("evidence", "凭证", "evidence"),
)

VISIT_FORM = (
    Field(
        "has_consent",
        "同意核实",
        "consent",
        "flag",
        is_required=True,
        asks=("请选本人是否同意核实", "Say whether they agree to the verification"),
    ),
    Field(
        "authorisation_no",
        "经济状况核对授权书编号",
        "authorisation of the economic check",
        is_required=True,
        asks=("请填经济状况核对授权书的编号", "Give the number of the authorisation for the economic check"),
    ),
    Field(
        "members",
        "家庭成员",
        "household members",
        "rows",
        is_required=True,
        is_secret=True,
        columns=VISITED_MEMBER_COLUMNS,
        asks=("请逐人核对家庭成员，或添上一位", "Check the household's members one by one, or add one"),
    ),
    Field(
        "main_cause",
        "主要致困原因",
        "main cause",
        "code",
        is_required=True,
        values=CAUSES,
        asks=("请选主要致困原因", "Choose the main cause"),
    ),
    Field("other_cause", "次要原因", "second cause", "code", values=CAUSES),
    Field("onset_date", "致困时间", "onset", "date"),
    Field(
        "people",
        "家庭人口",
        "people",
        "integer",
        is_required=True,
        least=1,
        asks=("请填家里一共几口人", "Say how many people live in the household"),
    ),
    Field(
        "income_items",
        "收入明细（12个月）",
        "income of 12 months",
        "rows",
        is_required=True,
        columns=ITEM_COLUMNS,
        asks=(
            "请至少填一项近 12 个月的收入，没有收入就写“无”和 0",
            "Give at least one income of the last 12 months; without any write “none” and 0",
        ),
    ),
    Field(
        "rigid_items", "刚性支出明细（12个月，净额）", "rigid spending of 12 months, net", "rows", columns=ITEM_COLUMNS
    ),
    Field("property_note", "财产情况", "property", is_secret=True),
    Field("other_aid", "已获其他救助", "other aid received", "rows", columns=ITEM_COLUMNS),
    Field("job_wish", "就业意愿", "job wish", is_secret=True),
    Field("urgent_need", "急需", "urgent need", is_secret=True),
    Field("photos", "照片", "photos", "list", is_secret=True),
    Field("statement", "本人陈述", "the worker's statement", is_secret=True),
    Field(
        "is_signed",
        "本人已签字",
        "signed by the worker",
        "flag",
        is_required=True,
        asks=("请选本人是否已签字", "Say whether they have signed"),
    ),
    Field("worker_objects", "本人有异议", "the worker objects", "flag"),
    Field(
        "verifier_opinion",
        "核实人意见",
        "verifier's opinion",
        is_required=True,
        is_secret=True,
        asks=("请写您的核实意见", "Write your opinion"),
    ),
    Field("suggested_tier", "建议档次", "suggested tier", "code", values=("G1", "G2", "G3", "G4", "W")),
    Field("suggested_help", "建议帮扶", "suggested help"),
)

# Who came along without an account; beside the form, sealed with it.
OUTSIDER = Field("outsider", "外部同行人", "companion from outside", is_secret=True)

# What the graded-aid pack asks besides; left empty it is not known, and the decision says so.
COST_FACTS = {
    "medical_own_cost_12m": ("医疗自付（12个月）", "own medical cost of 12 months"),
    "study_own_cost_12m": ("就学自付（12个月）", "own cost of schooling, 12 months"),
    "accident_loss_12m": ("意外损失（已扣赔偿）", "loss by accident after compensation"),
    "living_aid_received_12m": ("已领生活救助", "living aid received"),
    "medical_aid_received_12m": ("已领医疗救助", "medical aid received"),
    "study_aid_received_12m": ("已领助学", "study aid received"),
    "accident_aid_received_12m": ("已领意外救助", "accident aid received"),
}

FILE_FORM = (
    Field("worker_no", "困难职工编号", "worker number"),
    Field("hardship_class", "困难类别", "hardship class"),
    Field("name", "姓名", "name", "name", is_required=True, is_secret=True),
    Field("nation", "民族", "nation", is_secret=True),
    Field("sex", "性别", "sex", "code", is_required=True, is_secret=True, values=("M", "F")),
    Field("politics", "政治面貌", "politics", is_secret=True),
    Field("id_number", "身份证号", "ID number", "id", is_required=True, is_secret=True),
    Field("birth_date", "出生日期", "date of birth", "date", is_secret=True),
    Field("health", "健康状况", "health", is_required=True, is_secret=True),
    Field("disability_kind", "残疾类别", "disability", is_secret=True),
    Field("work_state", "就业状况", "work state", is_required=True),
    Field("model_worker_type", "劳模类型", "model worker type"),
    Field("housing_kind", "住房类型", "housing kind", is_required=True, is_secret=True),
    Field("floor_area_m2", "建筑面积（平方米）", "floor area in square metres", "number", is_secret=True),
    Field("phone", "联系电话", "phone", "phone", is_required=True, is_secret=True),
    Field("postcode", "邮编", "postcode", is_secret=True),
    Field("job_start", "参加工作时间", "job start", "date"),
    Field("trade", "所属行业", "trade"),
    Field("marriage", "婚姻状况", "marriage", is_secret=True),
    Field("register_kind", "户口类型", "kind of household register", is_secret=True),
    Field("register_division", "户籍区划", "division of the register", is_secret=True),
    Field("address", "住址", "address", is_required=True, is_secret=True),
    Field("employer", "工作单位", "employer", is_required=True, is_secret=True),
    Field("employer_kind", "单位性质", "employer kind"),
    Field("employer_state", "企业状况", "employer state"),
    Field("is_single_parent", "单亲", "single parent", "flag", is_required=True, is_secret=True),
    Field("own_monthly_income", "本人月平均收入", "own monthly income", "money", is_required=True),
    Field(
        "other_household_income",
        "家庭其他非薪资年收入",
        "other household income of the year",
        "money",
        is_required=True,
    ),
    Field("annual_total", "家庭年度总收入", "annual total", "money", is_required=True),
    Field("rigid_total", "家庭年度刚性支出", "rigid spending of the year", "money", is_required=True),
    *[Field(name, zh, en, "money") for name, (zh, en) in COST_FACTS.items()],
    Field(
        "chosen_item",
        "只享受一项时选定的项目",
        "the item chosen where one is allowed",
        "code",
        values=("living", "medical", "study"),
    ),
    Field("people", "家庭人口", "people", "integer", is_required=True, least=1),
    Field("per_capita", "家庭月人均收入", "per-capita income a month", "money", is_required=True),
    Field("insurance", "医保状况", "insurance", is_secret=True),
    Field("self_help_ability", "有一定自救能力", "able to help itself", "flag"),
    Field("is_zero_employment", "零就业家庭", "zero-employment family", "flag"),
    Field("members", "家庭成员", "members", "rows", is_required=True, is_secret=True, columns=MEMBER_COLUMNS),
    Field("main_cause", "主要致困原因", "main cause", "code", is_required=True, values=CAUSES),
    Field("other_cause", "次要致困原因", "other cause", "code", values=CAUSES),
    Field("bank_name", "开户银行", "bank", is_required=True, is_secret=True),
    Field("bank_account", "银行卡号", "bank account", "account", is_required=True, is_secret=True),
    Field("attachments", "附件", "attachments", "list", is_secret=True),
    Field("union_opinion", "基层工会意见", "opinion of the grassroots union", is_required=True, is_secret=True),
    Field("authorisation_no", "授权书编号", "authorisation", is_required=True),
)


def read(form: Sequence[Field], values: Mapping[str, Any]) -> Reading:
    """
    The form's values, checked and in their canonical text form. A field left empty is absent, never zero.

    Raises:
        FormIncomplete: every missing, unknown or unreadable field, at once.
    """
    problems: list[tuple[str, str, str]] = [
        (name, f"没有“{name}”这一栏", f"there is no field {name}")
        for name in values
        if name not in {field.name for field in form}
    ]
    plain: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    for field in form:
        value = values.get(field.name)
        if value is None or value == "" or value == []:
            if field.is_required:
                zh, en = field.asks
                problems.append((field.name, zh or f"请填“{field.zh}”", en or f"“{field.en}” is missing"))
            continue
        try:
            (secret if field.is_secret else plain)[field.name] = _read_value(field, value)
        except FormIncomplete as error:
            problems.extend(error.problems)
        except (ValueError, TypeError):
            zh, en = _how_to_write(field, value)
            problems.append((field.name, f"“{field.zh}”：{zh}", f"“{field.en}”: {en}"))
    if problems:
        raise FormIncomplete(problems)
    return Reading(plain, secret)


def _read_value(field: Field, value: Any) -> Any:
    match field.kind:
        case "money":
            return str(yuan(_number(field, value)))
        case "number":
            return str(_number(field, value))
        case "integer":
            if (number := _number(field, value)) != int(number) or number > MOST_OF_A_COUNT:
                raise ValueError(field.name)
            return int(number)
        case "date":
            return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
        case "ref":
            return int(value)
        case "flag":
            if not isinstance(value, bool):
                raise ValueError(field.name)
            return value
        case "code":
            if value not in field.values:
                raise ValueError(field.name)
            return value
        case "id" | "name" | "phone" | "account":
            if (read_as := _READERS[field.kind](str(value))) is None:
                raise ValueError(field.name)
            return read_as
        case "list":
            return [str(each) for each in value]
        case "rows":
            return _read_rows(field, value)
        case _:
            return str(value).strip()


def _number(field: Field, value: Any) -> Decimal:
    """Raises ValueError, TypeError: it is none, or less than the field has at least."""
    if isinstance(value, float | bool):
        raise TypeError(field.name)
    number = typed_number(str(value))
    if number < field.least:
        raise ValueError(field.name)
    return number


def _how_to_write(field: Field, value: Any) -> tuple[str, str]:
    """What to write instead, in Chinese and English."""
    match field.kind:
        case "money":
            return f"请填不小于 {field.least} 的数，例如 12000 或 12,000.50", f"write a number of {field.least} or more, such as 12000 or 12,000.50"  # fmt: skip
        case "number":
            return f"请填不小于 {field.least} 的数，例如 85.5", f"write a number of {field.least} or more, such as 85.5"
        case "integer":
            return f"请填 {field.least} 至 {MOST_OF_A_COUNT} 的整数", f"write a whole number from {field.least} to {MOST_OF_A_COUNT}"  # fmt: skip
        case "id":
            zh, en = fault_of_id_number(str(value)) or ("", "")
            return zh.removesuffix("。"), en.removesuffix(".")
    return _WRITE.get(field.kind, ("请按栏目要求重填", "write it again as the field asks"))


def _read_rows(field: Field, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Raises FormIncomplete: what is wrong in any of them."""
    kept: list[dict[str, Any]] = []
    problems: list[tuple[str, str, str]] = []
    for position, row in enumerate(rows, start=1):
        try:
            kept.append(_read_row(field, row, position))
        except FormIncomplete as error:
            problems.extend(error.problems)
    if problems:
        raise FormIncomplete(problems)
    return kept


def _read_row(field: Field, row: Mapping[str, Any], position: int) -> dict[str, Any]:
    """Of whom the register knows nothing else has to be said."""
    columns = [replace(each, is_required=False) for each in field.columns] if row.get("person") else field.columns
    try:
        reading = read(columns, row)
    except FormIncomplete as error:
        raise FormIncomplete(
            [
                (
                    f"{field.name}/{position - 1}/{name}",
                    f"“{field.zh}”第{position}行：{zh}",
                    f"“{field.en}”, row {position}: {en}",
                )
                for name, zh, en in error.problems
            ]
        ) from error
    return reading.plain | reading.secret


def total(items: Sequence[Mapping[str, Any]]) -> Decimal:
    """Yuan: the sum of a form's rows of `ITEM_COLUMNS`."""
    return sum((Decimal(item["amount"]) for item in items), Decimal("0.00"))
