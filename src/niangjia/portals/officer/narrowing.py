"""Filters of an address: what nobody knows is said, not passed over in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from niangjia.portals.design.requests import PageRequest


def unknown_in(request: PageRequest, known: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """By filter, what the address asks for that is none of its choices; nothing for a filter that is empty or not there."""
    asked = {name: request.GET.get(name, "").strip() for name in known}
    return {name: said[:40] for name, said in asked.items() if said and said not in set(known[name])}
