"""How one wants to be told: language, quiet hours, the day's digest, which kinds over which channel, and where that leads."""

from __future__ import annotations

from django import forms
from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from niangjia.apps.messages import actions as messages
from niangjia.apps.messages import queries
from niangjia.apps.messages.types import Channel, Choices
from niangjia.jobs.deliver import open_senders
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.forms import Form
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.public import sessions

_HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]
_HINTS = {
    Channel.EMAIL: gettext_lazy("邮箱"),
    Channel.SMS: gettext_lazy("手机号"),
    Channel.DINGTALK: gettext_lazy("群机器人的 Webhook 地址；设了加签的，空一格再贴密钥"),
    Channel.WECOM: gettext_lazy("群机器人的 Webhook 地址"),
}
_TYPES = {Channel.EMAIL: "email", Channel.SMS: "tel"}


class ChoicesForm(Form):
    language = forms.ChoiceField(label=gettext_lazy("消息用什么文字"), choices=[("zh", "中文"), ("en", "English")])
    quiet_from = forms.TypedChoiceField(label=gettext_lazy("免打扰从"), coerce=int, choices=_HOURS)
    quiet_until = forms.TypedChoiceField(label=gettext_lazy("到"), coerce=int, choices=_HOURS)
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("不急的汇总成一条，每天"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", gettext_lazy("不汇总，逐条发")), *_HOURS],
    )


def channels() -> list[Channel]:
    """Those that the deployment has set up; none, if it describes one wrongly: the administrator's page says so."""
    try:
        return sorted(open_senders(deployment()))
    except Refusal:
        return []


def _channel(code: str) -> Channel:
    try:
        return Channel(code.upper())
    except ValueError as error:
        raise Http404 from error


@page(Access.ANY_POST)
def message_settings(request: PageRequest) -> HttpResponse:
    viewer = request.viewer
    choices = queries.get_choices(viewer)
    open_ones, addresses = channels(), queries.list_addresses(viewer)
    language = choices.language if queries.has_chosen(viewer) else (get_language() or "zh")[:2]
    form = getattr(request, "form", None) or ChoicesForm(
        initial={
            "language": language,
            "quiet_from": choices.quiet_from,
            "quiet_until": choices.quiet_until,
            "digest_hour": "" if choices.digest_hour is None else choices.digest_hour,
        }
    )
    kinds = [
        (kind, [(channel, channel in kind.over, (channel, kind.id) not in choices.off) for channel in open_ones])
        for kind in queries.list_kinds(viewer)
    ]
    context = {
        "form": form,
        "kinds": kinds,
        "channels": open_ones,
        "places": [
            (channel, addresses.get(channel), _HINTS[channel], _TYPES.get(channel, "text")) for channel in open_ones
        ],
    }
    return show(request, "public/message_settings.html", context, status=422 if form.errors else 200)


@page(Access.ANY_POST, methods=("POST",), shown_on=message_settings)
def choose(request: PageRequest) -> HttpResponse:
    form = ChoicesForm(request.POST)
    request.form = form
    if not form.is_valid():
        return message_settings.unguarded(request)
    wanted, viewer = set(request.POST.getlist("over")), request.viewer
    open_ones, known = set(channels()), queries.list_kinds(viewer)
    asked = {(channel, kind.id) for channel in open_ones for kind in known if channel in kind.over}
    kept = {pair for pair in queries.get_choices(viewer).off if pair not in asked}  # what the page did not ask
    off = kept | {(channel, kind) for channel, kind in asked if f"{channel.value}:{kind}" not in wanted}
    messages.choose(viewer=viewer, choices=Choices(**form.cleaned_data, off=frozenset(off)), now=timezone.now())
    notices.success(request, _("已保存。站内消息始终都在。"))
    return redirect("public:message_settings")


@page(Access.ANY_POST, methods=("POST",), shown_on=message_settings)
def give_address(request: PageRequest, channel: str) -> HttpResponse:
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now, page="public:message_settings"):
        return away
    typed = request.POST.get("address", "")[:300]
    messages.give_address(viewer=request.viewer, channel=_channel(channel), typed=typed, channels=channels(), now=now)
    notices.success(request, _("已发送确认码，请在一分钟内留意，填在下面。"))
    return redirect("public:message_settings")


@page(Access.ANY_POST, methods=("POST",), shown_on=message_settings)
def send_again(request: PageRequest, channel: str) -> HttpResponse:
    messages.send_code_again(viewer=request.viewer, channel=_channel(channel), now=timezone.now())
    notices.success(request, _("已重新发送确认码，先前的作废。"))
    return redirect("public:message_settings")


@page(Access.ANY_POST, methods=("POST",), shown_on=message_settings)
def confirm_address(request: PageRequest, channel: str) -> HttpResponse:
    code = request.POST.get("code", "")[:12]
    messages.confirm_address(viewer=request.viewer, channel=_channel(channel), code=code, now=timezone.now())
    notices.success(request, _("地址已确认，以后的消息也会发到那里。"))
    return redirect("public:message_settings")


@page(Access.ANY_POST, methods=("POST",), shown_on=message_settings)
def remove_address(request: PageRequest, channel: str) -> HttpResponse:
    now = timezone.now()
    if away := sessions.ask_for_proof(request, now=now, page="public:message_settings"):
        return away
    messages.remove_address(viewer=request.viewer, channel=_channel(channel), now=now)
    notices.success(request, _("地址已移除，消息只在站内。"))
    return redirect("public:message_settings")
