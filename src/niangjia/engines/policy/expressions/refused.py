"""Why a piece of SQL that parses is not part of the rule language. Only for wording: what is unknown is refused anyway."""

from __future__ import annotations

from sqlglot import exp

_REASONS: list[tuple[tuple[type[exp.Expr], ...], str, str]] = [
    ((exp.Subquery, exp.Query, exp.Exists), "规则里没有子查询。汇总请写成词汇表中的事实。", "There are no subqueries in a rule. Make the total a fact of the vocabulary."),
    ((exp.Window,), "规则里没有窗口函数。", "There are no window functions in a rule."),
    ((exp.AggFunc,), "规则里没有汇总函数；汇总请写成词汇表中的事实。", "There are no aggregates in a rule; make the total a fact of the vocabulary."),
    ((exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentDatetime), "规则里不能看时钟；请用 asof。", "A rule never looks at a clock; use asof."),
    ((exp.Rand, exp.Randn), "规则里没有随机数。", "There is no chance in a rule."),
    ((exp.Star,), "规则里没有 *；请写出事实名。", "There is no * in a rule; name the fact."),
    ((exp.Dot,), "名称不带表名；请只写事实名。", "Names are not qualified; write the fact's name only."),
    ((exp.Lambda,), "规则里没有匿名函数。", "There are no lambdas in a rule."),
    ((exp.Cast, exp.TryCast), "规则里没有类型转换。", "There are no casts in a rule."),
    ((exp.Placeholder, exp.Parameter, exp.SessionParameter), "规则里没有占位符；请写成参数。", "There are no placeholders in a rule; declare a parameter."),
    ((exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike), "规则里没有模式匹配；请用 = 或 in。", "There is no pattern matching in a rule; use = or in."),
    ((exp.Mod,), "规则里没有取余。", "There is no remainder in a rule."),
    ((exp.Null,), "不能直接写 null；用 is null 判断是否未知，case 可省去 else。", "null cannot be written; ask `is null`, and leave out `else` in a case."),
    ((exp.Interval,), "日期加月请用 add_months。", "Use add_months to add months to a date."),
    ((exp.NullSafeEQ, exp.NullSafeNEQ), "is 后面只能写 null 或 not null。", "Only null or not null can follow `is`."),
    ((exp.If,), "请用 case when … then … else … end。", "Write case when … then … else … end."),
    ((exp.Tuple,), "括号里只能有一个算式。", "Only one expression can stand in brackets."),
    ((exp.Alias,), "两个词之间缺少运算符。", "An operator is missing between two words."),
]  # fmt: skip


def why_refused(parsed: exp.Expr) -> tuple[str, str]:
    for kinds, zh, en in _REASONS:
        if isinstance(parsed, kinds):
            return zh, en
    if isinstance(parsed, exp.Func):
        name = parsed.sql_name().lower()
        return f"没有函数 {name}。", f"There is no function {name}."
    return f"规则里不能用 {parsed.key}。", f"`{parsed.key}` cannot be used in a rule."
