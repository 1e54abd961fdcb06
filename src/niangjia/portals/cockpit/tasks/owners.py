"""Whose task it is: one of the unions right below, or any further down, found by name or number."""

from __future__ import annotations

from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Union
from niangjia.apps.tasks.problems import FieldsRefused
from niangjia.portals.design.requests import PageRequest, whole

_MOST = 10
_NOBODY = ("本级及下级没有名称或编号符合的在用工会。请换几个字。", "No active union of yours has that name or number. Try other words.")  # fmt: skip
_SEVERAL = ("符合的不止一个，已列在“责任工会”里。请从中选一个。", "Several fit; they stand in the list of owners now. Choose one there.")  # fmt: skip


def to_choose_from(request: PageRequest) -> list[Union]:
    """One's own union, those right below it, and those that what was typed finds."""
    own = organizations.get_union(request.viewer.org_id)
    below = [one for one in organizations.list_children(own.id) if one.is_active]
    listed = {one.id: one for one in (own, *below, *_found(request))}
    return list(listed.values())


def owner_in(request: PageRequest) -> int | None:
    """The one that was meant; null: nobody. Raises FieldsRefused: what was typed finds nobody, or several of whom none was chosen."""
    chosen, found = whole(request.POST.get("owner", "")) or None, _found(request)
    if not request.POST.get("owner_name", "").strip() or chosen in {one.id for one in found}:
        return chosen
    if not found:
        raise FieldsRefused({"owner": _NOBODY})
    if len(found) > 1:
        raise FieldsRefused({"owner": _SEVERAL})
    return found[0].id


def _found(request: PageRequest) -> list[Union]:
    text = request.POST.get("owner_name", "").strip()[:100]
    if not text:
        return []
    found = [one for one in organizations.find_unions(request.viewer.org_path, text, most=_MOST) if one.is_active]
    return [one for one in found if text in (one.name, one.code)] or found
