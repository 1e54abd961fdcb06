"""Access tokens of one's own: issued on the present post, shown once, revoked by their holder or an administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role, Scope
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import show
from niangjia.portals.public import safety, sessions


class TokenForm(Form):
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("给哪个程序用，例如“县热线系统”")
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("可以做什么"), widget=forms.CheckboxSelectMultiple())
    days = forms.ChoiceField(
        label=gettext_lazy("有效期"),
        choices=[
            ("30", gettext_lazy("30 天")),
            ("90", gettext_lazy("90 天")),
            ("180", gettext_lazy("180 天")),
            ("365", gettext_lazy("一年")),
        ],
        initial="90",
    )

    def __init__(self, role: Role, data: Any = None) -> None:
        super().__init__(data)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        scopes.choices = [(scope.value, words.word("scope", scope)[0]) for scope in permissions.scopes_of(role)]
        scopes.error_messages["required"] = _("请至少选一项。")


@page(Access.ANY_POST, methods=("GET", "POST"))
def issue(request: PageRequest) -> HttpResponse:
    """What a token may do, and the token itself, once."""
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now):
        return away
    viewer = request.viewer
    if not permissions.scopes_of(viewer.role):
        raise permissions.NotAllowed("tokens.issue")
    if viewer.for_account_id is not None:
        raise accounts.NoTokenHere
    form = TokenForm(viewer.role, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        token = accounts.issue_token(
            viewer=viewer,
            name=asked["name"],
            scopes=[Scope(one) for one in asked["scopes"]],
            expires_at=now + timedelta(days=int(asked["days"])),
            now=now,
        )
        return show(request, "public/token.html", {"secret": token.secret, "name": asked["name"]})
    return show(request, "public/tokens.html", {"form": form}, status=422 if form.errors else 200)


@page(Access.ANY_POST, methods=("POST",), shown_on=safety.safety, is_doorstep=True)
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    accounts.revoke_token(viewer=request.viewer, token_id=token_id, now=timezone.now())
    messages.success(request, _("令牌已撤销。"))
    return redirect("public:safety")
