"""What anybody may bring without an account: what it is, one form, a receipt number, photos, and where it stands."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import permissions
from niangjia.apps.files.types import FileCard
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import Followed
from niangjia.apps.organizations import areas
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.refusals import status_of
from niangjia.portals.design.requests import PageRequest, address_of
from niangjia.portals.design.showing import show
from niangjia.portals.design.uploads import UploadField, key_of, take
from niangjia.portals.services.matters.forms import fields, refused, typed
from niangjia.portals.services.matters.rating import RatingForm

LONGEST_RECEIPT = 40


@page(Access.PUBLIC)
def kinds(request: PageRequest) -> HttpResponse:
    """What can be brought: without an account, or signed in."""
    found = queries.list_begun_by_workers(today=timezone.localdate())
    context = {
        "open": [(one, areas.full_name_of(one.pack.area)) for one in found if one.pack.entry == "open"],
        "signed_in": [(one, areas.full_name_of(one.pack.area)) for one in found if one.pack.entry != "open"],
    }
    return show(request, "matters/kinds.html", context)


@page(Access.PUBLIC, methods=("GET", "POST"))
def report(request: PageRequest, area: str, program: str) -> HttpResponse:
    """What it is and one form. Sent twice it is one matter with one receipt; nothing typed is lost."""
    begun = queries.get_open_to_all(program, area=area, today=timezone.localdate())
    key = key_of(request.POST.get("key", "")) or uuid.uuid4()
    refusal, status = None, 200
    if request.method == "POST":
        try:
            received = matters.receive(
                program=program, area=area, answers=typed(request, begun.questions), key=key, address=address_of(request),
                now=timezone.now(),
            )  # fmt: skip
        except Refusal as wrong:
            refusal, status = wrong, refused(request, wrong)
        else:
            return _receipt(request, received.receipt, is_new=True)
    told = "&".join(f"v-{name[2:]}={text}" for name, text in request.GET.items() if name.startswith("f-"))
    context = {
        "begun": begun,
        "pack": begun.published.pack,
        "fields": fields(request, begun.questions, refusal),
        "key": key.hex,
        "area": area,
        "rules": reverse("public:program", args=[area, program]),
        "by_name": reverse("member:apply_for", args=[program]) + (f"?{told}" if told else ""),
        "may_by_name": request.viewer is None or permissions.may(request.viewer, "own.view"),
    }
    return show(request, "matters/report.html", context, status=status)


class ReceiptForm(Form):
    receipt = forms.CharField(
        label=gettext_lazy("回执号"),
        max_length=LONGEST_RECEIPT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("交上时给出的十二位号码，例如 7K3M-9QRT-2WXY"),
    )


@page(Access.PUBLIC, methods=("GET", "POST"))
def follow(request: PageRequest) -> HttpResponse:
    """Where it stands, by its receipt number: by POST, so that the number stays out of addresses and histories."""
    form = ReceiptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _receipt(request, form.cleaned_data["receipt"])
        except Refusal as refusal:
            request.refusal = refusal
            return show(request, "matters/follow.html", {"form": form}, status=status_of(refusal))
    return show(request, "matters/follow.html", {"form": form}, status=422 if form.errors else 200)


@page(Access.PUBLIC, methods=("POST",), shown_on=follow)
def add_photos(request: PageRequest) -> HttpResponse:
    """Photos for what was brought, whose receipt comes with them."""
    receipt = request.POST.get("receipt", "")[:LONGEST_RECEIPT]

    def keep(content: bytes, key: uuid.UUID | None) -> FileCard:
        return matters.add_photo(
            receipt=receipt, content=content, key=key, address=address_of(request), now=timezone.now()
        )

    return _receipt(request, receipt, wrong=take(request, "photos", keep))


def _receipt(
    request: PageRequest, receipt: str, *, is_new: bool = False, wrong: list[str] | None = None
) -> HttpResponse:
    found: Followed = matters.follow(receipt=receipt, address=address_of(request), now=timezone.now())
    context: dict[str, Any] = {"receipt": receipt, "found": found, "is_new": is_new, "rating": RatingForm()}
    if found.can_add:
        context["field"] = UploadField(
            "photos", _("现场照片"), hint=_("拍照地点等隐藏信息会自动去掉。网络不好也不要紧，事情已经交上了。"), only_photos=True,
            errors=wrong or (), most=matters.MOST_FILES,
        )  # fmt: skip
    return show(request, "matters/receipt.html", context, status=422 if wrong else 200)
