"""One's own inbox: what waits, read or not, and the way to it."""

from __future__ import annotations

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect
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
    only_unread = request.GET.get("show") == "unread"
    found = queries.list_messages(request.viewer, only_unread=only_unread)
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    listed = [queries.card(row) for row in rows.object_list]
    context = {
        "rows": rows,
        "listed": listed,
        "only_unread": only_unread,
        "newest": max((one.id for one in listed), default=0) if rows.number == 1 else 0,
    }
    return show(request, "public/inbox.html", context)


@page(Access.ANY_POST, methods=("POST",), shown_on=inbox)
def read(request: PageRequest, message_id: int) -> HttpResponse:
    """Note that it was read and go where it leads; or stay, if only that was asked."""
    path = messages.mark_read(viewer=request.viewer, message_id=message_id, now=timezone.now())
    return redirect("public:inbox") if request.POST.get("then") == "stay" else redirect(path)


@page(Access.ANY_POST, methods=("POST",), shown_on=inbox)
def read_all(request: PageRequest) -> HttpResponse:
    """Up to the newest that the page showed: what came in between stays unread."""
    up_to = whole(request.POST.get("up_to", ""))
    count = messages.mark_all_read(viewer=request.viewer, up_to=up_to, now=timezone.now())
    notices.success(request, _("已将 %(count)s 条标为已读。") % {"count": count})
    return redirect("public:inbox")
