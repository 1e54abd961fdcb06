"""The administrator's pages: the union tree with its posts, and how data and runs are."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.policy import password_policy
from niangjia.apps.accounts.types import PostCard, Role, Viewer
from niangjia.apps.messages.types import DeliveryState
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level, Union
from niangjia.jobs import health as health_job
from niangjia.portals.design import words
from niangjia.portals.design.forms import Form, day_input
from niangjia.portals.design.pages import page
from niangjia.portals.design.paging import Paginator
from niangjia.portals.design.requests import PageRequest, whole
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.public import sign_on

ROWS = 50


class AppointForm(Form):
    username = forms.CharField(
        label=gettext_lazy("用户名"), max_length=64, help_text=gettext_lazy("已有账户直接任命；没有则新开")
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=64, required=False)
    password = forms.CharField(
        label=gettext_lazy("初始密码"), required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("仅新开账户时填写；本人首次登录时须自行更改"),
    )  # fmt: skip
    role = forms.ChoiceField(
        label=gettext_lazy("岗位"), choices=[pair for pair in words.choices("role") if pair[0] != "WORKER"]
    )
    starts_on = forms.DateField(label=gettext_lazy("任职起"), widget=day_input(), initial=timezone.localdate)


_ROLE_AT = {
    Level.PROVINCE: Role.PROVINCE, Level.CITY: Role.CITY, Level.COUNTY: Role.COUNTY, Level.TOWN: Role.TOWNSHIP,
    Level.GRASSROOTS: Role.GRASSROOTS, Level.FEDERATION: Role.TOWNSHIP,
}  # fmt: skip
"""The post that is most often given at a union of that level: what the form stands at."""


def _asked_union(request: PageRequest, org_id: int | None = None) -> Union:
    """Raises NoSuchUnion: also for one outside the viewer's part of the tree."""
    viewer: Viewer = request.viewer
    union = organizations.get_union(org_id or whole(request.GET.get("org", ""), viewer.org_id))
    if not scope.covers(viewer.org_path, union.path):
        raise organizations.NoSuchUnion(union.id)
    return union


def found_unions(request: PageRequest) -> list[Union]:
    return organizations.list_children(_asked_union(request).id)


def found_posts(request: PageRequest) -> list[tuple[PostCard, str]]:
    return account_queries.list_posts_at(_asked_union(request).id, today=timezone.localdate())


@page("organizations.manage")
def unions(request: PageRequest, org_id: int | None = None) -> HttpResponse:
    """One union with those right below it, and who holds which post there."""
    viewer: Viewer = request.viewer
    union = _asked_union(request, org_id)
    rows = Paginator(organizations.list_children(union.id), ROWS).get_page(request.GET.get("page"))
    posts = account_queries.list_posts_at(union.id, today=timezone.localdate())
    changes, text = organizations.list_changes(union.id), request.GET.get("q", "").strip()
    context = {
        "union": union,
        "ancestors": [one for one in organizations.list_ancestors(union.id) if scope.covers(viewer.org_path, one.path)],
        "rows": rows,
        "heir": organizations.get_union(union.successor_id) if union.successor_id else None,
        "changes": changes,
        "deciders": account_queries.names_of({one.decided_by for one in changes if one.decided_by}),
        "plans": organizations.list_plans(viewer.org_path),
        "differing": organizations.list_differing(union.path),
        "today": timezone.localdate(),
        "asked": text,
        "found": organizations.find_unions(viewer.org_path, text) if text else [],
        "posts": posts,
        "protected": account_queries.with_second_factor({post.account_id for post, _name in posts}),
        "sign_ons": sign_on.offered(),
        "subjects": account_queries.subjects_of({post.account_id for post, _name in posts}),
        "tokens": account_queries.list_tokens_at(union.id, now=timezone.now()),
        "disabled": account_queries.list_disabled_at(union.id),
        "password_hint": password_policy().hint,
        "form": getattr(request, "form", None) or AppointForm(initial={"role": _ROLE_AT[union.level]}),
    }
    return show(request, "officer/unions.html", context)


@page("accounts.manage", methods=("POST",), shown_on=unions)
def appoint(request: PageRequest, org_id: int) -> HttpResponse:
    now = timezone.now()
    form = AppointForm(request.POST)
    if not form.is_valid():
        request.form = form
        response = unions.unguarded(request, org_id=org_id)
        response.status_code = 422
        return response
    asked = form.cleaned_data
    accounts.appoint_by_name(
        viewer=request.viewer, username=asked["username"], name=asked["name"], password=asked["password"], org_id=org_id,
        role=Role(asked["role"]), starts_on=asked["starts_on"], now=now,
    )  # fmt: skip
    messages.success(request, _("已任命。"))
    return redirect(f"{reverse('officer:unions')}?org={org_id}")


@page("accounts.manage", methods=("POST",), shown_on=unions)
def end_post(request: PageRequest, post_id: int) -> HttpResponse:
    accounts.end_post(viewer=request.viewer, post_id=post_id, now=timezone.now())
    return _back(request, _("岗位已结束，从下一次打开页面起失效。"))


def _back(request: PageRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    org = request.POST.get("org", "")
    return redirect(f"{reverse('officer:unions')}?org={org}" if whole(org) else "officer:unions")


@page("accounts.manage", methods=("POST",), shown_on=unions)
def reset_password(request: PageRequest, account_id: int) -> HttpResponse:
    accounts.reset_password(
        viewer=request.viewer, account_id=account_id, new_password=request.POST.get("password", ""), now=timezone.now()
    )
    return _back(request, _("密码已重设，此账户须重新登录，并自行更改密码。"))


@page("accounts.manage", methods=("POST",), shown_on=unions)
def link_subject(request: PageRequest, account_id: int) -> HttpResponse:
    """Who the account is at a sign-on of others; empty takes it away."""
    provider, subject = request.POST.get("provider", ""), request.POST.get("subject", "").strip()
    if provider not in {one.slug for one in sign_on.offered()}:
        raise sign_on.NoSuchSignOn
    if not subject:
        accounts.unlink_subject(viewer=request.viewer, account_id=account_id, provider=provider, now=timezone.now())
        return _back(request, _("已移除，不能再用它登录。"))
    accounts.link_subject(
        viewer=request.viewer, account_id=account_id, provider=provider, subject=subject, now=timezone.now()
    )
    return _back(request, _("已填上，本人可以用它登录了。"))


@page("accounts.manage", methods=("POST",), shown_on=unions)
def disable_account(request: PageRequest, account_id: int) -> HttpResponse:
    accounts.disable_account(viewer=request.viewer, account_id=account_id, now=timezone.now())
    return _back(request, _("账户已停用。"))


@page("accounts.manage", methods=("POST",), shown_on=unions)
def enable_account(request: PageRequest, account_id: int) -> HttpResponse:
    accounts.enable_account(viewer=request.viewer, account_id=account_id, now=timezone.now())
    return _back(request, _("账户已启用，可用原来的密码登录。"))


@page("accounts.manage", methods=("POST",), shown_on=unions)
def revoke_token(request: PageRequest, token_id: int) -> HttpResponse:
    accounts.revoke_token(viewer=request.viewer, token_id=token_id, now=timezone.now())
    return _back(request, _("令牌已撤销。"))


@page("accounts.manage", methods=("POST",), shown_on=unions)
def clear_second_factor(request: PageRequest, account_id: int) -> HttpResponse:
    accounts.clear_second_factor(
        viewer=request.viewer, account_id=account_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    return _back(request, _("第二重验证已清除，本人下次登录时须重新启用。"))


@page("organizations.manage")
def health(request: PageRequest) -> HttpResponse:
    line = health_job.look_at_messages(deployment(), now=timezone.now())
    context = {
        "messages_line": line,
        "delivery_states": list(DeliveryState),
        "message_rows": [
            (channel, [(state, line.counts.get(channel, {}).get(state, 0)) for state in DeliveryState])
            for channel in sorted({*line.channels, *line.counts})
        ],
        "batches": Paginator(health_job.list_batches(deployment()), ROWS).get_page(request.GET.get("page")),
        "runs": health_job.list_runs(deployment()),
    }
    return show(request, "officer/health.html", context)
