"""Marks between values as the page's language writes them: full-width ones are Chinese."""

from __future__ import annotations

from django.utils.translation import get_language

_ENGLISH = {"：": ": ", "，": ", ", "、": ", ", "；": "; ", "（": " (", "）": ")", "。": "."}


def mark(chinese: str) -> str:
    """``：`` or ``: ``."""
    return chinese if (get_language() or "zh").startswith("zh") else _ENGLISH[chinese]


def bracketed(text: object) -> str:
    return f"{mark('（')}{text}{mark('）')}"
