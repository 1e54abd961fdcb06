"""Looks at an expression's characters before any parser does: what cannot be right, and what could be too deep.

Everything here is a loop over the text, so that no input, however long or nested, can overflow a stack.
"""

from __future__ import annotations

import re

LONGEST_TEXT = 4_000
MOST_WORDS = 500
DEEPEST = 20


class Unreadable(Exception):
    """`offset` counts characters from the start of the expression."""

    def __init__(self, offset: int, zh: str, en: str, word: str = "", nearest: str = "") -> None:
        super().__init__(en)
        self.offset = offset
        self.zh = zh
        self.en = en
        self.word = word
        self.nearest = nearest


_FULL_WIDTH = dict(zip("，（）；：＝＜＞＋－＊／！．。‘’“”？％、　", [*",();:=<>+-*/!..''\"\"?%,", " "], strict=True))

_REASONS = {
    ";": (
        "一条规则只能有一个表达式，不能用分号连接语句。",
        "A rule is one expression; statements cannot be stacked with a semicolon.",
    ),
    '"': ("名称不加引号；文字请用单引号，如 'V1'。", "Names are not quoted; put text in single quotes, like 'V1'."),
    "`": ("名称不加引号。", "Names are not quoted."),
    "[": ("规则里没有列表和下标。", "There are no lists or subscripts in a rule."),
    "]": ("规则里没有列表和下标。", "There are no lists or subscripts in a rule."),
    "{": ("规则里没有花括号。", "There are no braces in a rule."),
    "}": ("规则里没有花括号。", "There are no braces in a rule."),
    "?": ("规则里没有占位符；数值请写成参数。", "There are no placeholders in a rule; declare a parameter instead."),
    "$": ("规则里没有占位符；数值请写成参数。", "There are no placeholders in a rule; declare a parameter instead."),
    "@": ("规则里没有变量；数值请写成参数。", "There are no variables in a rule; declare a parameter instead."),
    ":": ("规则里没有类型转换和占位符。", "There are no casts and no placeholders in a rule."),
    "%": ("不写百分号：比率请写小数，40% 写作 0.4。", "No percent signs: write a ratio as a plain number, 40% is 0.4."),
    "#": ("规则里不能有注释；说明请写在 say 中。", "No comments in a rule; explain it in `say`."),
    "|": ("规则里没有拼接；“或”写作 or。", "There is no joining of text in a rule; write `or` for or."),
    "&": ("“并且”写作 and。", "Write `and` for and."),
    "^": ("规则里没有乘方。", "There are no powers in a rule."),
    "~": ("规则里没有模式匹配。", "There is no pattern matching in a rule."),
    "\\": ("规则里没有反斜杠。", "There are no backslashes in a rule."),
}
_SUBQUERY = (
    "规则里没有子查询和其他语句。汇总请写成词汇表中的事实。",
    "There are no subqueries or statements in a rule. Make a total a fact of the vocabulary.",
)
_PATTERN = ("规则里没有模式匹配；请用 = 或 in。", "There is no pattern matching in a rule; use = or in.")
_CLOCK = ("规则里不能看时钟；请用 asof。", "A rule never looks at a clock; use asof.")
_WORDS = {
    **dict.fromkeys(
        [
            "select",
            "union",
            "intersect",
            "except",
            "with",
            "from",
            "where",
            "values",
            "table",
            "limit",
            "offset",
            "order",
            "group",
            "having",
            "join",
        ],
        _SUBQUERY,
    ),
    **dict.fromkeys(
        [
            "insert",
            "update",
            "delete",
            "drop",
            "create",
            "alter",
            "attach",
            "copy",
            "pragma",
            "install",
            "load",
            "set",
            "call",
            "execute",
        ],
        _SUBQUERY,
    ),
    **dict.fromkeys(["like", "ilike", "similar", "glob", "regexp", "rlike"], _PATTERN),
    **dict.fromkeys(["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"], _CLOCK),
    **dict.fromkeys(
        ["mod", "div"],
        ("规则里没有取余和整除；除法写作 /。", "There is no remainder or whole division in a rule; divide with /."),
    ),
    "interval": (
        "日期加月请用 add_months，加天用 add_days。",
        "Use add_months to add months to a date, add_days to add days.",
    ),
    "null": (
        "不能直接写 null；用 is null 判断是否未知，case 可省去 else。",
        "null cannot be written; ask `is null`, and leave out `else` in a case.",
    ),
    "over": ("规则里没有窗口函数。", "There are no window functions in a rule."),
    "lambda": ("规则里没有匿名函数。", "There are no lambdas in a rule."),
    "distinct": ("is 后面只能写 null 或 not null。", "Only null or not null can follow `is`."),
    "collate": ("文字按码位比较，没有排序规则。", "Text is compared by code point; there are no collations."),
    **dict.fromkeys(["any", "all", "some"], _SUBQUERY),
    "cast": ("规则里没有类型转换。", "There are no casts in a rule."),
}
# Words of the language itself: no fact, parameter or rule may have such a name.
RESERVED = frozenset(_WORDS) | frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "is",
        "between",
        "case",
        "when",
        "then",
        "else",
        "end",
        "true",
        "false",
        "date",
        "asof",
        "tier",
        "all",
        "any",
        "some",
        "exists",
        "collate",
        "at",
        "as",
        "on",
        "using",
        "outcome",
        "amount",
        "area",
        "missing_parameter",
        "needs_approval",
    ]
)
_ALLOWED = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ \t\r\n()+-*/=<>!,.'")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AFTER_IS = re.compile(r"\bis(\s+not)?\s+$", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9][0-9A-Za-z_.]*")
_NUMBER = re.compile(r"[0-9]{1,30}(\.[0-9]{1,20})?")


def scan(text: str) -> None:
    """
    Raises:
        Unreadable: with the offset of the first character that cannot stand.
    """
    if not text.strip():
        raise Unreadable(0, "这里缺少表达式。", "An expression is missing here.")
    if len(text) > LONGEST_TEXT:
        raise Unreadable(
            LONGEST_TEXT, f"表达式超过 {LONGEST_TEXT} 个字符，请拆成几条规则。",
            f"The expression is longer than {LONGEST_TEXT} characters; split it into several rules.",
        )  # fmt: skip
    at, open_brackets, depth, words, last = 0, [], 0, 0, ""
    prefixes = 0  # `not not not` and `- - -` nest just as brackets do
    while at < len(text):
        character = text[at]
        if character.isspace() and character in " \t\r\n":
            at += 1
            continue
        words += 1
        if words > MOST_WORDS:
            raise Unreadable(
                at,
                f"表达式超过 {MOST_WORDS} 个词，请拆成几条规则。",
                f"More than {MOST_WORDS} words; split it into several rules.",
            )
        if character == "'":
            at = _past_text(text, at, last)
            last, prefixes = "'", 0
            continue
        if text.startswith(("--", "/*", "*/"), at):
            raise Unreadable(
                at,
                "规则里不能有注释；说明请写在 say 中。",
                "No comments in a rule; explain it in `say`.",
                text[at : at + 2],
            )
        if character not in _ALLOWED:
            raise _foreign(text, at)
        if text.startswith(("==", "->", "=>", "**", "//"), at):
            kind = text[at : at + 2]
            advice = {"==": "等于写作一个 =", "//": "除法写作一个 /", "**": "规则里没有乘方"}.get(
                kind, "规则里没有匿名函数"
            )
            advice_en = {
                "==": "write = once for equality",
                "//": "write / once for division",
                "**": "there are no powers in a rule",
            }
            raise Unreadable(
                at,
                f"{kind} 不可用：{advice}。",
                f"{kind} cannot be used: {advice_en.get(kind, 'there are no lambdas in a rule')}.",
                kind,
            )
        if match := _DIGITS.match(text, at):
            word = match.group()
            if not _NUMBER.fullmatch(word):
                raise Unreadable(
                    at,
                    f"{word} 不是数。请写普通小数，如 1500 或 0.4。",
                    f"{word} is not a number. Write a plain one, like 1500 or 0.4.",
                    word,
                )
            at, last, prefixes = match.end(), "1", 0
            continue
        if match := _WORD.match(text, at):
            at, last = match.end(), match.group().lower()
            if last in _WORDS and not (last == "null" and _AFTER_IS.search(text[: match.start()])):
                raise Unreadable(match.start(), *_WORDS[last], match.group())
            if last == "case":
                depth += 1
            elif last == "end":
                depth -= 1
            prefixes = prefixes + 1 if last == "not" else 0
        else:
            if character == "(":
                open_brackets.append(at)
            elif character == ")":
                if not open_brackets:
                    raise Unreadable(at, "右括号多了一个。", "There is a closing bracket too many.", ")")
                open_brackets.pop()
            prefixes = prefixes + 1 if character in "-+" else 0
            last = character
            at += 1
        if depth + len(open_brackets) + prefixes > DEEPEST:
            raise Unreadable(
                at - 1,
                f"嵌套超过 {DEEPEST} 层，请拆成几条规则。",
                f"Nested deeper than {DEEPEST} levels; split it into several rules.",
            )
    if open_brackets:
        raise Unreadable(open_brackets[-1], "左括号没有配上右括号。", "This bracket is never closed.", "(")


def _past_text(text: str, start: int, last: str) -> int:
    if last not in (
        "",
        "'",
        "(",
        ",",
        "=",
        "<",
        ">",
        "!",
        "date",
        "then",
        "else",
        "in",
        "and",
        "or",
        "not",
        "when",
        "case",
        "between",
    ):
        raise Unreadable(
            start, "文字前不能有前缀或名称。", "Text cannot follow a prefix or a name.", text[start : start + 10]
        )
    at = start + 1
    while True:
        end = text.find("'", at)
        if end < 0:
            raise Unreadable(
                start, "文字的单引号没有结束。", "This text has no closing quote.", text[start : start + 10]
            )
        if text.startswith("''", end):
            at = end + 2
            continue
        break
    for offset in range(start, end):
        if not text[offset].isprintable():
            raise Unreadable(offset, "文字里有不可见字符。", "This text contains an invisible character.")
    return end + 1


def _foreign(text: str, at: int) -> Unreadable:
    character = text[at]
    if character in _FULL_WIDTH:
        right = _FULL_WIDTH[character]
        shown = "空格" if right == " " else right
        shown_en = "a plain space" if right == " " else right
        return Unreadable(
            at, f"这里是全角“{character}”，规则里请用半角 {shown}。",
            f"This is the full-width {character}; rules use the plain {shown_en}. (An input method does that easily.)", character, right.strip(),
        )  # fmt: skip
    if character in _REASONS:
        zh, en = _REASONS[character]
        return Unreadable(at, zh, en, character)
    if character.isalpha() or character.isnumeric():
        word = re.match(r"\w+", text[at:])
        shown = word.group() if word else character
        return Unreadable(
            at, f"“{shown}”不能用作名称：规则里的事实和参数用英文名（见词汇表）。",
            f"'{shown}' cannot be a name: rules call facts and parameters by their English names (see the vocabulary).", shown,
        )  # fmt: skip
    return Unreadable(
        at, f"规则里不能有字符 {character!r}。", f"The character {character!r} cannot stand in a rule.", character
    )
