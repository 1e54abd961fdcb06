"""Who may do what: the table of rights itself, posts that end soon, and accounts that nobody ever used."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone

from niangjia.apps.accounts import permissions, queries
from niangjia.apps.accounts.types import Role
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show

SOON = timedelta(days=30)


@page("organizations.manage")
def rights(request: PageRequest) -> HttpResponse:
    """Made from `accounts.permissions`, so that it says what the house does."""
    now, today, path = timezone.now(), timezone.localdate(), request.viewer.org_path
    rows = [
        {"action": action, "roles": [role for role in Role if action in permissions.ALLOWED[role]]}
        for action in sorted(permissions.ACTIONS)
    ]
    context = {
        "rows": rows,
        "ending": queries.list_ending_posts(path, today=today, until=today + SOON),
        "unused": queries.list_never_used(path, today=today, opened_before=now - SOON),
    }
    return show(request, "officer/rights.html", context)
