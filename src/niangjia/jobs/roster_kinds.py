"""The lists that a workbook fills: of an offer with seats, of a programme that goes by a roster."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings import actions as bookings
from niangjia.apps.bookings import queries as booked
from niangjia.apps.bookings.types import BookingState
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.problems import AlreadyOpen, NobodyChosen
from niangjia.apps.matters.types import Question
from niangjia.jobs.import_roster import SAME, Column, Roster, Told
from niangjia.kernel.problems import Refusal

COMPANIONS, SESSION = "家属人数", "场次"
YES_NO = {"是": "yes", "否": "no", "yes": "yes", "no": "no"}
_STANDING = (BookingState.ASKED, BookingState.SEATED, BookingState.WAITING, BookingState.ATTENDED, BookingState.MISSED)


def about_offer(offer_id: int) -> str:
    return f"offer/{offer_id}"


def about_program(program: str) -> str:
    return f"program/{program}"


def of_offer(viewer: Viewer, offer_id: int, *, now: datetime) -> Roster:
    """Who asks for seats of an offer; becomes SEATED, or WAITING in the line or for the draw. Raises NotAllowed, NoSuchOffer."""
    permissions.require(viewer, "bookings.manage")
    card = booked.get_offer(viewer, offer_id)
    sessions = {f"{timezone.localtime(one.begins):%Y-%m-%d %H:%M} {one.label}".strip(): one.id for one in card.slots}
    standing = {one.person_id for one in booked.list_bookings(viewer, offer_id=card.id) if one.state in _STANDING}

    def add(person_id: int, told: Told, key: str) -> str:
        if told[COMPANIONS] and not told[COMPANIONS].isdecimal():
            raise Refusal("家属人数请填整数。", "The number of companions is a whole number.")
        if told[SESSION] and told[SESSION] not in sessions:
            raise Refusal("没有这一场。请从模板的下拉里选。", "There is no such session. Choose one of the template's.")
        if person_id in standing:
            return SAME
        booking_id = bookings.ask(
            viewer=viewer, offer_id=card.id, person_id=person_id, key="roster:" + hashlib.sha256(f"{card.id}:{key}".encode()).hexdigest()[:40],
            companions=int(told[COMPANIONS] or 0), slot_id=sessions.get(told[SESSION]), now=now,
        )  # fmt: skip
        is_seated = booked.get_booking(viewer, booking_id).state is BookingState.SEATED
        return BookingState.SEATED if is_seated else BookingState.WAITING

    columns = (
        Column(COMPANIONS, f"可空 · 0 至 {card.most_companions}", "0"),
        Column(SESSION, "可空 · 不填就是任何一场", next(iter(sessions), ""), tuple(sessions)[:200]),
    )
    return Roster(about_offer(card.id), f"{card.number} {card.title}", columns, add)


def of_program(viewer: Viewer, program: str, *, now: datetime) -> Roster:
    """Whom the union puts on the roster of a programme, with what its first stage asks. Raises NotAllowed, NotByApplication, NotForThisPost."""
    begun = queries.get_openable(viewer, program, today=timezone.localdate(now))
    if not begun.is_roster or not begun.is_about_people:
        raise NobodyChosen

    def add(person_id: int, told: Told, key: str) -> str:
        answers = {one.name: _typed(one, told[_head(one)]) for one in begun.questions if told[_head(one)]}
        try:
            matters.open_by_union(
                viewer=viewer, program=program, answers=answers, person_id=person_id, key=uuid.uuid5(uuid.NAMESPACE_OID, f"{program}:{key}"), now=now,
            )  # fmt: skip
        except AlreadyOpen:
            return SAME
        except queries.Unreadable as wrong:
            title = next(one.title for one in begun.questions if one.name == wrong.name)
            raise Refusal(f"“{title['zh']}”：{wrong.zh}", f"{title['en']}: {wrong.en}") from wrong
        return "ADDED"

    columns = tuple(
        Column(_head(one), _hint(one), _EXAMPLES.get(one.kind, ""), _choices(one)) for one in begun.questions
    )
    return Roster(about_program(program), begun.published.pack.title["zh"], columns, add)


_EXAMPLES = {"date": "2025-10-08", "money": "500.00", "integer": "1", "number": "1", "boolean": "是"}
_HINTS = {"date": "2025-10-08", "money": "元，至多两位小数", "integer": "整数", "number": "数字"}


def _head(question: Question) -> str:
    return question.title["zh"]


def _choices(question: Question, language: str = "zh") -> tuple[str, ...]:
    if question.kind == "boolean":
        return ("是", "否") if language == "zh" else ("yes", "no")
    return tuple(words[language] for words in question.values.values())


def _hint(question: Question) -> str:
    need = "必填" if question.is_required else "可空"
    return f"{need} · {'、'.join(_choices(question)) or _HINTS.get(question.kind, '文字')}"


def _typed(question: Question, said: str) -> str | list[str]:
    """As a form would send it: codes for words. Raises Refusal: a word that is none of the choices."""
    if question.kind == "boolean":
        known = YES_NO
    elif question.kind in ("choice", "choices"):
        known = {said: code for code, words in question.values.items() for said in (code, *words.values())}
    else:
        return said
    parts = said.replace("，", "、").replace(",", "、").split("、") if question.kind == "choices" else [said]
    if strange := [part for part in parts if part not in known]:
        fit = "、".join(_choices(question))
        raise Refusal(
            f"“{_head(question)}”没有“{strange[0]}”。可填：{fit}。",
            f"{question.title['en']}: {strange[0]!r} is none of {', '.join(_choices(question, 'en'))}.",
        )
    codes = [known[part] for part in parts]
    return codes if question.kind == "choices" else codes[0]
