"""Signing in by others: there, back, and which account it is. Offered only where the deployment configured it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from niangjia.adapters import sign_on
from niangjia.adapters.channel import WrongSetUp
from niangjia.adapters.sign_on import Begun, Identity, SignOn
from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.requests import PageRequest, address_of
from niangjia.portals.public import sessions

_opened: tuple[object, dict[str, SignOn]] = (None, {})
_STARTED = "sign_on_started"  # of the session: the one sign-in that is under way
_STAYS_OPEN = 600  # seconds to sign in over there


class NoSuchSignOn(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有配置这种登录方式。请从登录页重新开始。", "There is no such way to sign in. Begin at the sign-in page."
        )


def sign_ons() -> dict[str, SignOn]:
    """The services of the deployment, opened once. Raises WrongSetUp."""
    global _opened
    given = settings.DEPLOYMENT.sign_on if settings.DEPLOYMENT else ()
    if _opened[0] is not given:
        _opened = (given, sign_on.open_sign_ons(given))
    return _opened[1]


def offered() -> list[SignOn]:
    """For pages: nothing where it is set up wrongly, which the administrator's page says."""
    try:
        return list(sign_ons().values())
    except WrongSetUp:
        return []


def _find(slug: str) -> SignOn:
    found = sign_ons().get(slug)
    if found is None:
        raise NoSuchSignOn
    return found


def _back(request: PageRequest, slug: str) -> str:
    return request.build_absolute_uri(reverse("public:signed_on", args=[slug]))


@page(Access.PUBLIC)
def start(request: PageRequest, slug: str) -> HttpResponse:
    """Off to the provider. A link, not a form: the content policy lets forms go nowhere else."""
    service, now = _find(slug), timezone.now()
    prompt = "login" if request.GET.get("again") else ""
    begun = service.begin(_back(request, slug), prompt=prompt, now=now)
    request.session[_STARTED] = {
        "slug": slug, "state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "at": now.timestamp(),
        "next": sessions.next_address(request),
    }  # fmt: skip
    return redirect(begun.url)


@page(Access.PUBLIC)
def finish(request: PageRequest, slug: str) -> HttpResponse:
    """Back from the provider: checked, matched, and in; or the second factor of the house, where none was asked there."""
    service, now = _find(slug), timezone.now()
    try:
        identity, onward = _identity(request, service)
    except sign_on.SignOnRefused as refusal:
        accounts.record_refusal(provider=slug, why=refusal.why, address=address_of(request), now=now)
        raise
    account_id = accounts.enter_by_subject(
        provider=slug, title=service.title, subject=identity.subject, has_second_factor=identity.has_second_factor,
        address=address_of(request), now=now,
    )  # fmt: skip
    request.session["sign_on"] = {"slug": slug, "id_token": identity.id_token, "is_strong": identity.has_second_factor}
    if onward:
        request.session["onward"] = onward
    if identity.has_second_factor or not account_queries.has_second_factor(account_id):
        return sessions.enter(request, account_id, now=now)
    sessions.hold_half_way(request, account_id, now=now)
    return redirect("public:second")


def _identity(request: PageRequest, service: SignOn) -> tuple[Identity, str]:
    """Who came back, and where they wanted to go. What was begun is used up, whatever comes of it: an address sent twice opens nothing."""
    started = request.session.pop(_STARTED, None) or {}
    asked, now = request.GET, timezone.now()
    is_ours = started.get("slug") == service.slug and constant_time_compare(
        asked.get("state", ""), started.get("state", "")
    )
    if not is_ours or now.timestamp() - started["at"] > _STAYS_OPEN:
        raise sign_on.SignOnRefused(service.title, "state")
    code = asked.get(service.code_name) or asked.get("code", "")
    if not code or asked.get("error"):
        raise sign_on.SignOnRefused(service.title, "cancelled" if asked.get("error") == "access_denied" else "no code")
    begun = Begun("", started["state"], started["nonce"], started["verifier"])
    back = _back(request, service.slug)
    return service.finish(code=code, issuer=asked.get("iss", ""), begun=begun, back=back, now=now), str(
        started.get("next", "")
    )


def way_out(request: PageRequest) -> tuple[str, str]:
    """After signing out here: the provider's name and where to end it there too; empty where nothing is offered."""
    signed = request.session.get("sign_on") or {}
    try:
        service = sign_ons().get(signed.get("slug", ""))
        if service is None:
            return "", ""
        back = request.build_absolute_uri(reverse("public:login"))
        return service.title, service.leave(signed.get("id_token", ""), back, now=timezone.now())
    except Refusal:
        return "", ""
