"""
Signing in with Chromium's own authenticator, and without any script: a deployment that asks staff for a second factor.

The pages stand at ``localhost``: a passkey belongs to a name, never to a bare address.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.journeys import browser as browsers
from tests.journeys.served import ROOT, served

PASSWORD = "four horses in a row"
KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}

MAKE = """
import os, sys
from datetime import datetime, timezone
from pathlib import Path
from niangjia.kernel.deployment import Deployment
folder = Path(sys.argv[1])
Deployment.create(folder, "330600", name="越城（虚构）")
os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "tests.journeys.settings"}
import django; django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.organizations import actions as organizations, queries as unions
from niangjia.apps.organizations.types import UnionRow
now = datetime.now(timezone.utc)
organizations.receive_unions([UnionRow("X", "", "新昌县总工会", "county", "330624")])
for username in ("wang", "li"):
    who = accounts.create_account(viewer=None, username=username, name="王建国（虚构）", password=sys.argv[2], now=now)
    accounts.appoint(viewer=None, account_id=who, org_id=unions.find_union_by_code("X").id, role=Role.ADMINISTRATOR,
                     starts_on=now.date(), now=now)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("signing-in")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NIANGJIA")}
    made = subprocess.run(
        [sys.executable, "-c", MAKE, str(folder / "data"), PASSWORD], cwd=ROOT, env=kept, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    with served(folder / "data", datetime.now(UTC), Path(folder / "served.log")) as at:
        yield at.replace("127.0.0.1", "localhost")


def log_in(page: Page, address: str, username: str) -> None:
    page.goto(f"{address}/login/")
    form = page.locator("main form").first
    form.locator("[name=username]").fill(username)
    form.locator("[name=password]").fill(PASSWORD)
    form.locator("button").click()


def log_out(page: Page, address: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/login/")


def authenticator(page: Page) -> tuple[CDPSession, str]:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {**KEY, "isUserVerified": True, "automaticPresenceSimulation": True}
    return tools, tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_a_passkey_is_added_named_used_and_removed(address: str, chromium: Browser) -> None:
    page = browsers.open_context(chromium, address, expected="status of 403 ").new_page()  # keys that open nothing
    tools, key = authenticator(page)

    log_in(page, address, "wang")
    expect(page.locator("#due")).to_contain_text("请先启用第二重验证")
    page.goto(f"{address}/desk/unions/")
    expect(page).to_have_url(f"{address}/safety/")
    page.get_by_label("名称，例如").fill("办公室电脑")
    page.get_by_role("button", name="添加").click()
    expect(page.locator(".paper-codes li")).to_have_count(10)
    page.get_by_role("link", name="我已记下").click()
    expect(page.locator(".passkey")).to_contain_text("办公室电脑")
    page.goto(f"{address}/desk/unions/")
    expect(page.locator("h1")).to_contain_text("新昌县总工会")

    # Without name and password.
    log_out(page, address)
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url(lambda url: "/login" not in url)
    # As the second step.
    log_out(page, address)
    log_in(page, address, "wang")
    expect(page).to_have_url(f"{address}/login/second/")
    page.get_by_role("button", name="用通行密钥").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{address}/safety/")
    expect(page.locator(".passkey")).not_to_contain_text("还没用过")

    # Another name for it.
    page.locator(".passkey summary").click()
    page.locator(".passkey [name=name]").fill("工会的笔记本")
    page.get_by_role("button", name="改名").click()
    expect(page.locator(".passkey")).to_contain_text("工会的笔记本")

    # Who is not verified by the device is told so, and is not stuck.
    log_out(page, address)
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.locator("form[data-passkey] [data-word]")).to_be_visible()
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_enabled()
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})

    # A copy whose counter stands behind opens nothing.
    held = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]
    tools.send("WebAuthn.removeCredential", {"authenticatorId": key, "credentialId": held["credentialId"]})
    tools.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": {**held, "signCount": 0}})
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.locator("#refusal")).to_contain_text("通行密钥没有通过")
    # The right one does; once removed it does not.
    tools.send("WebAuthn.removeCredential", {"authenticatorId": key, "credentialId": held["credentialId"]})
    tools.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": {**held, "signCount": 50}})
    page.goto(f"{address}/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{address}/safety/")
    page.locator(".passkey summary").click()
    page.get_by_role("button", name="移除").click()
    expect(page.locator(".passkey")).to_have_count(0)
    log_out(page, address)
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.locator("#refusal")).to_contain_text("通行密钥没有通过")
    page.context.close()


def test_an_app_is_enrolled_on_a_phone_without_any_script(address: str, chromium: Browser) -> None:
    context = browsers.open_context(chromium, address, **browsers.ON_PHONE, java_script_enabled=False)
    page = context.new_page()
    log_in(page, address, "li")
    expect(page.locator("#due")).to_be_visible()
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    page.get_by_role("link", name="启用", exact=True).click()
    expect(page.locator("svg.qr")).to_be_visible()
    page.locator("details.more summary").click()
    key = base64.b32decode(page.locator("code.typed").inner_text())
    app = TOTP(key, 6, SHA1(), 30)
    # The server's clock began at the moment of its start, so it is some seconds late: the code just over is one of now for both.
    first = datetime.now(UTC) - timedelta(seconds=30)
    page.get_by_label("验证码").fill(app.generate(first.timestamp()).decode())
    page.locator("main form button").click()
    expect(page.locator(".paper-codes code")).to_have_count(10)
    codes = page.locator(".paper-codes code").all_inner_texts()
    context.clear_cookies()
    log_in(page, address, "li")
    later = first + timedelta(seconds=30)  # the first was used
    page.get_by_label("验证码").fill(app.generate(later.timestamp()).decode())
    page.locator("main form button").first.click()
    expect(page).to_have_url(f"{address}/desk/")
    context.clear_cookies()
    log_in(page, address, "li")
    page.get_by_label("验证码").fill(codes[0])
    page.locator("main form button").first.click()
    expect(page).to_have_url(f"{address}/desk/")
    context.close()
