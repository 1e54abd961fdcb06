"""One of many, found by what is typed: where an offer takes place."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.places import queries as places

SUGGESTED, TOLD = 200, 8


class PlaceChoice:
    """Places that the offers of a union may be held at, written as name and number."""

    def __init__(self, org_id: int) -> None:
        self.rows = places.list_usable(org_id, on=timezone.localdate())

    def suggested(self) -> list[str]:
        """The first by name, to choose from while typing; the others are found all the same."""
        return [written(name, number) for name, number in self.rows.values_list("name", "number")[:SUGGESTED]]

    def meant(self, text: str) -> int | None:
        """The place that was typed; None: nothing was. Raises ValidationError: no place, or several, which are told."""
        text = text.strip()
        if not text:
            return None
        of_words = Q(name__icontains=text) | Q(address__icontains=text) | Q(number__in=[text, text.split()[-1]])
        found = list(self.rows.filter(of_words).values_list("pk", "name", "number")[: TOLD + 1])
        exact = [pk for pk, name, number in found if text in (name, number, written(name, number))]
        if len(exact) == 1:
            return exact[0]
        if len(found) == 1:
            return found[0][0]
        if not found:
            raise forms.ValidationError(_("没有符合的在册公开场所。请换几个字，或留空，在场次里写明地方。"))
        several = _("；").join(written(name, number) for _pk, name, number in found[:TOLD])
        raise forms.ValidationError(
            _("符合的不止一处，请写全：%(several)s%(more)s")
            % {"several": several, "more": "……" if len(found) > TOLD else ""}
        )

    def now_at(self, place_id: int | None) -> str:
        """As it is written; empty: none, or none that could still be chosen."""
        found = self.rows.filter(pk=place_id).values_list("name", "number").first() if place_id else None
        return written(*found) if found else ""


def written(name: str, number: str) -> str:
    return f"{name} {number}"
