"""What was typed when the sitting ended or the page's token was old stands in its form again, for who typed it and for nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as logins
from niangjia.apps.accounts.types import Role
from niangjia.portals.design.refilling import NEVER_KEPT
from niangjia.portals.tests import house as houses
from niangjia.portals.tests.test_every_address import PAGES

NOW = houses.town.NOW
PASSWORD = "niangjia-demo-2023"
REASON = "不归本县管，户主已迁出"
ENGINE = "niangjia.apps.accounts.backends.AccountBackend"


def origin(html: str) -> str:
    found = re.search(r'name="origin" value="([^"]+)"', html)
    assert found, "the page's forms do not say who had opened them"
    return found[1]


@pytest.fixture
def written(house, signed_in):
    """A county officer at an order, the sitting over, who presses: the browser, the page, where the press led."""
    client = signed_in(house.viewers[Role.COUNTY])
    page = reverse("officer:order", args=[house.orders["created"]])
    said = origin(client.get(page).content.decode())
    del client.cookies["niangjia_session"]
    answer = client.post(
        f"{page}hand-back/", {"origin": said, "reason": REASON, "password": "never-1", "code": "112233"}
    )
    return client, page, answer


def enter(client: Client, house, role: Role) -> None:
    viewer = house.viewers[role]
    accounts.reset_password(viewer=None, account_id=viewer.account_id, new_password=PASSWORD, now=NOW)
    username = logins.get_account(viewer.account_id).username
    assert client.post("/login/", {"username": username, "password": PASSWORD}).status_code == 302


def test_who_signs_in_again_finds_the_reason_in_its_form_and_nothing_done(house, written):
    client, page, answer = written
    assert answer.status_code == 302 and answer.url == f"/login/?next={page}"
    assert "已替您留着" in client.get(answer.url).content.decode()
    enter(client, house, Role.COUNTY)
    html = client.get(page).content.decode()
    assert f">\n{REASON}</textarea>" in html and "没有生效" in html
    assert '<details class="more" open>' in html
    assert REASON not in client.get(page).content.decode(), "once shown it is the page's, not ours any more"


def test_what_was_typed_lies_sealed_without_passwords_and_codes(written):
    stored = [session.get_decoded() for session in Session.objects.all()]
    kept = [one["kept"] for one in stored if "kept" in one]
    assert len(kept) == 1 and REASON not in str(stored) and "112233" not in str(stored)
    from niangjia.portals.design import keeping

    account_id, post_id, page, _at, sealed = kept[0]
    place = f"session.kept:{account_id}:{page}"
    opened = keeping.keys_in(keeping.settings.KEYS_FOLDER).open(bytes.fromhex(sealed), place).decode()
    assert REASON in opened and "never-1" not in opened and "112233" not in opened


def test_another_account_in_the_same_browser_never_gets_it(house, written):
    client, page, _answer = written
    enter(client, house, Role.CITY)
    assert REASON not in client.get(page).content.decode()
    client.logout()
    enter(client, house, Role.COUNTY)
    assert REASON not in client.get(page).content.decode(), "it was forgotten when somebody else came"


def test_after_half_an_hour_it_is_gone(house, written, monkeypatch):
    client, page, _answer = written
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=31))
    enter(client, house, Role.COUNTY)
    assert REASON not in client.get(page).content.decode()


def test_an_old_token_brings_the_same_page_filled_again_with_a_new_one(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    page = reverse("officer:order", args=[house.orders["created"]])
    said = origin(strict.get(page).content.decode())
    del strict.cookies["niangjia_csrf"]
    posted = {"origin": said, "reason": REASON, "csrfmiddlewaretoken": "x" * 64}
    answer = strict.post(f"{page}hand-back/", posted, headers={"origin": "http://testserver"})
    assert answer.status_code == 302 and answer.url == page
    html = strict.get(page).content.decode()
    assert f">\n{REASON}</textarea>" in html
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', html)
    again = strict.post(f"{page}hand-back/", {"reason": "", "csrfmiddlewaretoken": token[1]}, headers={"origin": "http://testserver"})  # fmt: skip
    assert "页面已过期" not in again.content.decode()


@pytest.mark.parametrize("where", ["http://elsewhere.example", ""])
def test_a_form_that_another_site_sends_fills_nothing(house, signed_in, where):
    client = Client(enforce_csrf_checks=True)
    said = origin(client.get("/login/").content.decode())
    headers = {"origin": where} if where else {}
    answer = client.post("/login/", {"origin": said, "username": "county"}, headers=headers)
    assert answer.status_code == 403 and "页面已过期" in answer.content.decode()


@pytest.mark.parametrize("said", ["", "x", "WzEsMSwiLyJd:1:abc"])
def test_a_form_from_no_page_of_ours_is_not_kept(house, said):
    client = Client()
    page = reverse("officer:order", args=[house.orders["created"]])
    client.post(f"{page}hand-back/", {"origin": said, "reason": REASON})
    assert not any("kept" in one.get_decoded() for one in Session.objects.all())


def test_a_page_of_one_account_is_not_kept_for_the_one_who_signed_in_meanwhile(house, signed_in):
    page = reverse("officer:order", args=[house.orders["created"]])
    said = origin(signed_in(house.viewers[Role.COUNTY]).get(page).content.decode())
    other = signed_in(house.viewers[Role.CITY])
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = other.cookies
    answer = strict.post(
        f"{page}hand-back/", {"origin": said, "reason": REASON}, headers={"origin": "http://testserver"}
    )
    assert answer.status_code == 403 and REASON not in strict.get(page).content.decode()


def test_who_lost_the_right_meanwhile_can_still_copy_what_was_typed(house, signed_in):
    client = signed_in(house.viewers[Role.GRASSROOTS])
    answer = client.post(reverse("officer:cancel_batch", args=[house.batch_id]), {"reason": REASON})
    assert answer.status_code == 403 and f"<dd>{REASON}</dd>" in answer.content.decode()


def test_every_field_that_opens_an_account_is_one_that_is_never_kept(house, signed_in):
    """Over every page that a county officer, an administrator and a stranger open."""
    found = set()
    for role in (Role.COUNTY, Role.ADMINISTRATOR, Role.WORKER, None):
        client = signed_in(house.viewers[role]) if role else Client()
        names = [name for name, (_parts, allowed) in PAGES.items() if role in allowed] if role else ["public:login"]
        for name in names:
            parts = PAGES[name][0](house) if name in PAGES else []
            response = client.get(reverse(name, args=parts))
            if response.streaming or "html" not in response.headers.get("Content-Type", ""):
                continue
            for tag in re.findall(r"<input[^>]*>", response.content.decode()):
                if re.search(r'type="password"|one-time-code', tag):
                    found.add(re.search(r'name="([^"]+)"', tag)[1])
    assert found and found <= NEVER_KEPT
