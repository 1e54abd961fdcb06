"""Small shapes that several topics share, and lists by cursor."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from django.core.signing import BadSignature, Signer
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, create_model

from niangjia.portals.api.doors import ApiRequest
from niangjia.portals.api.problems import Wrong, at

MOST = 100


def _only_text(value: object) -> object:
    if not isinstance(value, str | date):
        raise ValueError("a day is text: 2023-11-06")
    return value


Id = Annotated[int, Field(ge=1, le=2**53 - 1, description="编号 · id")]
# In a body a number is a number and a day is text: what is taken for something else is told.
SentId = Annotated[int, Field(strict=True, ge=1, le=2**53 - 1)]
Day = Annotated[date, BeforeValidator(_only_text), Field(examples=["2023-11-06"])]
Yuan = Annotated[
    str,
    BeforeValidator(lambda value: f"{value:.2f}" if isinstance(value, Decimal) else value),
    Field(pattern=r"^-?[0-9]{1,14}\.[0-9]{2}$", description="元，两位小数 · yuan, two decimals", examples=["1500.00"]),
]
MonthText = Annotated[
    str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="月份 · month", examples=["2023-10"])
]
AreaText = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
        description="区划代码 · division code",
        examples=["330624"],
    ),
]
Reason = Annotated[
    str, Field(max_length=300, pattern=r"\S", description="理由，不写号码 · the reason, without numbers of a person")
]


class Body(Schema):
    """What is sent. An item that is not known is told, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Both(Schema):
    """A sentence in both languages."""

    zh: str
    en: str


class HouseholdBrief(Schema):
    """`name` is masked, empty where nobody is known to live there; `size` counts who lives there now."""

    id: int
    name: str
    size: int


class OrgBrief(Schema):
    id: int
    name: str


class ListAsked(Schema):
    limit: int = Field(25, ge=1, le=MOST, description="每页行数 · rows a page")
    cursor: str = Field(
        "",
        max_length=200,
        pattern=r"^[A-Za-z0-9_-]*$",
        description="上一页 next 中的游标 · from `next` of the page before",
    )


Row = TypeVar("Row")


def after(asked: ListAsked, name: str) -> int:
    """The id that the cursor stands behind; 0 without a cursor. Raises Wrong for what is no cursor of this list."""
    if not asked.cursor:
        return 0
    try:
        padded = asked.cursor + "=" * (-len(asked.cursor) % 4)
        return int(_signer(name).unsign(urlsafe_b64decode(padded).decode("ascii")))
    except (ValueError, BadSignature) as error:
        said = at(
            "query", "#/cursor", "不是这个列表的游标，请从头读取", "Not a cursor of this list: begin again without it"
        )
        raise Wrong("invalid", [said]) from error


def next_of(request: ApiRequest, name: str, last_id: int) -> str:
    """The address of the page behind `last_id`, with everything else that was asked."""
    query = request.GET.copy()
    query["cursor"] = urlsafe_b64encode(_signer(name).sign(str(last_id)).encode("ascii")).decode("ascii").rstrip("=")
    return f"{request.path}?{query.urlencode()}"


def page_of(
    request: ApiRequest, name: str, asked: ListAsked, rows: Any, make: Callable[[Sequence[Any]], Iterable[Any]]
) -> dict[str, Any]:
    """
    One page of a queryset in order of id, one row more than shown to know whether another page follows. What is added meanwhile comes
    later, what leaves is not missed: a cursor names the row it stands behind, not how many were before it.
    """
    found = list(rows.filter(pk__gt=after(asked, name)).order_by("pk")[: asked.limit + 1])
    shown = found[: asked.limit]
    follows = next_of(request, name, shown[-1].pk) if len(found) > asked.limit else None
    return {"items": list(make(shown)), "next": follows}


def _signer(name: str) -> Signer:
    return Signer(salt=f"api.cursor.{name}")


def list_of(shape: type[Schema], name: str) -> type[Schema]:
    """A page of `shape`."""

    following = Field(description="下一页的地址，没有则为空 · the next page, null on the last")
    return create_model(
        name,
        __base__=Schema,
        __doc__="One page of a list in order of id.",
        items=(list[shape], ...),  # type: ignore[valid-type]
        next=(str | None, following),
    )
