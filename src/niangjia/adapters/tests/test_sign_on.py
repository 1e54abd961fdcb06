"""What a provider sends back is believed only if it is that provider's, for us, of this sign-in, and of now."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from niangjia.adapters.channel import WrongSetUp
from niangjia.adapters.sign_on import Begun, SignOnRefused, SignOnUnreachable, open_sign_ons
from niangjia.adapters.tests.providers import Forger, forger
from niangjia.adapters.tests.receivers import http_gateway

NOW = datetime(2023, 11, 6, 1, 0, tzinfo=UTC)
BACK = "https://niangjia.example.com/login/with/city/back/"


@pytest.fixture
def provider():
    with forger() as made:
        made.now = NOW
        yield made


def service_of(provider: Forger, **more):
    given = {
        "id": "city",
        "title": "市统一登录",
        "issuer": provider.issuer,
        "client_id": "us",
        "client_secret": "s",
    } | more
    return open_sign_ons([given])["city"]


def come_back(service, provider: Forger, *, now: datetime = NOW, issuer: str = ""):
    begun = service.begin(BACK, now=now)
    provider.nonce = provider.nonce or begun.nonce
    return service.finish(code="c", issuer=issuer, begun=begun, back=BACK, now=now)


def test_who_signed_in_there_is_known_by_the_subject_and_nothing_else(provider):
    service = service_of(provider)
    begun = service.begin(BACK, now=NOW)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
    assert asked["code_challenge_method"] == "S256" and asked["state"] == begun.state and asked["nonce"] == begun.nonce
    assert begun.verifier not in begun.url and asked["redirect_uri"] == BACK
    provider.nonce = begun.nonce
    identity = service.finish(code="c", issuer=provider.issuer, begun=begun, back=BACK, now=NOW)
    assert (identity.subject, identity.has_second_factor) == ("1024", False)
    assert provider.asked[0]["code_verifier"] == begun.verifier


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"claims": {"iss": "https://elsewhere.example"}}, "iss"),
        ({"claims": {"aud": "another"}}, "aud"),
        ({"claims": {"aud": ["us", "another"], "azp": "another"}}, "azp"),
        ({"nonce": "of another sign-in"}, "nonce"),
        ({"drops": ("nonce",)}, "nonce"),
        ({"drops": ("exp",)}, "exp"),
        ({"drops": ("sub",)}, "sub"),
        ({"claims": {"sub": ""}}, "sub"),
        ({"claims": {"exp": int(NOW.timestamp()) - 61}}, "exp"),
        ({"claims": {"iat": int(NOW.timestamp()) + 600}}, "iat"),
        ({"algorithm": "HS256"}, "signature"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused_and_the_reason_kept_for_the_audit(provider, wrong, why):
    for name, value in wrong.items():
        setattr(provider, name, value)
    with pytest.raises(SignOnRefused) as refused:
        come_back(service_of(provider), provider)
    assert refused.value.why == why


def test_two_clocks_may_differ_by_a_minute(provider):
    provider.claims = {"exp": int(NOW.timestamp()) - 59, "iat": int(NOW.timestamp()) + 59}
    assert come_back(service_of(provider), provider).subject == "1024"


def test_a_token_signed_by_somebody_else_is_refused(provider):
    service = service_of(provider)
    come_back(service, provider)
    published = provider.published
    provider.rotate("one")  # the same name, another key
    provider.published, provider.nonce = published, ""
    with pytest.raises(SignOnRefused) as refused:
        come_back(service, provider, now=NOW + timedelta(minutes=1))
    assert refused.value.why == "signature"


def test_keys_that_changed_are_asked_anew_but_not_at_every_forgery(provider):
    service = service_of(provider)
    come_back(service, provider)
    provider.rotate("two")
    provider.nonce = ""
    later = NOW + timedelta(minutes=2)
    provider.now = later
    assert come_back(service, provider, now=later).subject == "1024"
    assert provider.keys_asked == 2
    provider.published = []
    provider.rotate("three")
    provider.published = []
    for _ in range(5):
        provider.nonce = ""
        with pytest.raises(SignOnRefused):
            come_back(service, provider, now=later + timedelta(seconds=5))
    assert provider.keys_asked == 2


def test_an_answer_that_names_another_issuer_is_refused(provider):
    with pytest.raises(SignOnRefused):
        come_back(service_of(provider), provider, issuer="https://elsewhere.example")
    provider.said = {"issuer": "https://elsewhere.example"}
    with pytest.raises(SignOnRefused):
        come_back(service_of(provider), provider)


def test_whether_a_second_factor_was_asked_there_is_what_the_deployment_trusts(provider):
    provider.claims = {"amr": ["pwd", "otp"]}
    assert come_back(service_of(provider), provider).has_second_factor
    provider.nonce, provider.claims = "", {"amr": ["pwd"], "acr": "level-3"}
    assert not come_back(service_of(provider), provider).has_second_factor
    provider.nonce = ""
    service = service_of(provider, strong_acr=["level-3"], ask_acr="level-3")
    assert "acr_values=level-3" in service.begin(BACK, now=NOW).url
    assert come_back(service, provider).has_second_factor


def test_a_provider_that_does_not_answer_is_said_so(provider):
    service = replace(service_of(provider), issuer="http://127.0.0.1:9")
    with pytest.raises(SignOnUnreachable):
        service.begin(BACK, now=NOW)


def test_dingtalk_is_asked_as_it_documents_and_its_addresses_are_configured():
    with http_gateway() as there:
        there.answers = [
            (200, json.dumps({"accessToken": "t-1", "expireIn": 7200})),
            (200, json.dumps({"unionId": "u-7", "nick": "王"})),
        ]
        given = {
            "id": "ding", "kind": "dingtalk", "title": "钉钉", "client_id": "key", "client_secret": "secret",
            "token": f"{there.url}/v1.0/oauth2/userAccessToken", "user": f"{there.url}/v1.0/contact/users/me",
        }  # fmt: skip
        service = open_sign_ons([given])["ding"]
        begun = service.begin(BACK, now=NOW)
        assert begun.url.startswith("https://login.dingtalk.com/oauth2/auth?") and "prompt=consent" in begun.url
        identity = service.finish(code="c-1", issuer="", begun=begun, back=BACK, now=NOW)
        assert (identity.subject, identity.has_second_factor, service.code_name) == ("u-7", False, "authCode")
        token, user = there.asked
        assert token.json == {
            "clientId": "key",
            "clientSecret": "secret",
            "code": "c-1",
            "grantType": "authorization_code",
        }
        assert {name.lower(): value for name, value in user.headers.items()}["x-acs-dingtalk-access-token"] == "t-1"
        there.answers = [(200, json.dumps({"code": "invalidParameter"}))]
        with pytest.raises(SignOnRefused):
            service.finish(code="c-2", issuer="", begun=begun, back=BACK, now=NOW)
        there.answers = [(503, "")]
        with pytest.raises(SignOnUnreachable):
            service.finish(code="c-3", issuer="", begun=begun, back=BACK, now=NOW)


def test_another_service_is_described_by_its_addresses_and_the_names_of_its_fields():
    with http_gateway() as there:
        there.answers = [(200, '{"data": {"token": "t-2"}}'), (200, '{"data": {"account": {"id": "E-12"}}}')]
        given = {
            "id": "zzd", "kind": "oauth2", "title": "浙政钉", "client_id": "app", "client_secret": "s", "scopes": "get_user_info",
            "authorize": f"{there.url}/oauth2/auth.htm", "token": f"{there.url}/token", "user": f"{there.url}/user", "token_form": "json",
            "token_body": {"code": "{code}", "key": "{client_id}"}, "token_at": "data.token", "subject_at": "data.account.id",
            "user_headers": {"X-Token": "{token}"}, "more": {"authType": "QRCODE"}, "second_factor": True,
        }  # fmt: skip
        service = open_sign_ons([given])["zzd"]
        begun = service.begin(BACK, now=NOW)
        assert "authType=QRCODE" in begun.url and "scope=get_user_info" in begun.url
        identity = service.finish(code="c", issuer="", begun=Begun("", "", "", ""), back=BACK, now=NOW)
        assert (identity.subject, identity.has_second_factor) == ("E-12", True)
        assert there.asked[0].json == {"code": "c", "key": "app"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"issuer": "http://sso.example.gov.cn"}, "https"),
        ({"kind": "saml"}, "kind"),
        ({"scopes": "profile"}, "openid"),
        ({"colour": "red"}, "colour"),
        ({"id": "a b"}, "id"),
        ({"client_id": ""}, "client_id"),
    ],
)
def test_what_is_set_up_wrongly_is_named(change, word):
    given = {"id": "city", "title": "市", "issuer": "https://sso.example.gov.cn", "client_id": "us"} | change
    with pytest.raises(WrongSetUp) as refused:
        open_sign_ons([given])
    assert word in refused.value.en


def test_a_secret_may_stand_in_the_environment(monkeypatch):
    monkeypatch.setenv("NIANGJIA_SIGN_ON_CITY_CLIENT_SECRET", "from outside")
    given = {"id": "city", "title": "市", "issuer": "https://sso.example.gov.cn", "client_id": "us"}
    assert open_sign_ons([given])["city"].client_secret == "from outside"
