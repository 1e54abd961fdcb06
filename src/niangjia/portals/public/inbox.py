"""One's own inbox: what waits, read or not, and the way to it."""

from __future__ import annotations

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.messages import actions as messages
from niangjia.apps.messages import queries
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import show

ROWS = 20


@page(Access.ANY_POST)
def inbox(request: PageRequest) -> HttpResponse:
    """Several unread of one kind are one line, which leads to all that they are about; `kind` shows those of one kind singly."""
    only_unread, kind = request.GET.get("show") == "unread", request.GET.get("kind", "")[:40]
    groups = [] if kind else queries.list_groups(request.viewer)
    found = queries.list_messages(
        request.viewer, only_unread=only_unread, kind=kind, without=[one.kind for one in groups]
    )
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    listed = [queries.card(row) for row in rows.object_list]
    context = {
        "rows": rows,
        "listed": listed,
        "groups": groups if rows.number == 1 else [],
        "kind": kind,
        "only_unread": only_unread,
        "newest": max([*(one.id for one in listed), *(one.newest for one in groups)], default=0)
        if rows.number == 1
        else 0,
    }
    return show(request, "public/inbox.html", context)


@page(Access.ANY_POST, methods=("POST",), shown_on=inbox)
def read(request: PageRequest, message_id: int) -> HttpResponse:
    """Note that it was read and go where it leads; or stay, if only that was asked."""
    path = messages.mark_read(viewer=request.viewer, message_id=message_id, now=timezone.now())
    return redirect("public:inbox") if request.POST.get("then") == "stay" else redirect(path)


@page(Access.ANY_POST, methods=("POST",), shown_on=inbox)
def read_group(request: PageRequest, kind: str) -> HttpResponse:
    """Note that those of one kind were read, up to the newest that the line told of, and go to what they are about, if only that was not asked."""
    group = next((one for one in queries.list_groups(request.viewer) if one.kind == kind), None)
    up_to = whole(request.POST.get("up_to", ""))
    messages.mark_all_read(viewer=request.viewer, up_to=up_to, kind=kind, now=timezone.now())
    if request.POST.get("then") == "stay" or group is None:
        return redirect("public:inbox")
    return redirect(group.path or f"{reverse('public:inbox')}?kind={kind}")


@page(Access.ANY_POST, methods=("POST",), shown_on=inbox)
def read_all(request: PageRequest) -> HttpResponse:
    """Up to the newest that the page showed: what came in between stays unread."""
    up_to = whole(request.POST.get("up_to", ""))
    count = messages.mark_all_read(viewer=request.viewer, up_to=up_to, now=timezone.now())
    notices.success(request, _("已将 %(count)s 条标为已读。") % {"count": count})
    return redirect("public:inbox")
