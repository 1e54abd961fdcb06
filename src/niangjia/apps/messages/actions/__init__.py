"""Writes: each one transaction, safe to repeat. What one does with one's own inbox is no business and stands in no audit; addresses do."""

from niangjia.apps.messages.actions.choosing import (
    choose,
    confirm_address,
    give_address,
    remove_address,
    send_code_again,
)
from niangjia.apps.messages.actions.delivering import claim, forget_old, settle
from niangjia.apps.messages.actions.reading import mark_all_read, mark_read
from niangjia.apps.messages.actions.telling import tell

__all__ = [
    "choose",
    "claim",
    "confirm_address",
    "forget_old",
    "give_address",
    "mark_all_read",
    "mark_read",
    "remove_address",
    "send_code_again",
    "settle",
    "tell",
]
