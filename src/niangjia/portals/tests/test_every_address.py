"""Every address declares who may open it, and keeps to it."""

from __future__ import annotations

import gettext
import hashlib
import os
import re
import uuid
from datetime import timedelta
from random import Random
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import actions as case_actions
from niangjia.apps.cases import queries as cases
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries as registry_queries
from niangjia.apps.registry.types import CorrectionField
from niangjia.config import settings
from niangjia.jobs import export_kept, import_workbook
from niangjia.kernel.months import Month
from niangjia.portals.design import navigation, words
from niangjia.portals.design.pages import Access, page
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests import (
    adjusted,
    applied,
    assessed,
    audited,
    begun,
    booked,
    bulletined,
    contested,
    helped,
    markup,
    photographed,
    placed,
    rolled,
    simulated,
    targeted,
    tasked,
    told,
    typing_garbage,
)


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    """The house with applications in it: laid once, for many pages are about them."""
    with django_db_blocker.unblock():
        adjusted.lay(built)
        applied.lay(built)
        begun.lay(built)
        booked.lay(built)
        helped.lay(built)
        placed.lay(built)
        contested.lay(built)
        audited.sample(built)
        targeted.lay(built)
        assessed.lay(built)
        tasked.lay(built)
        bulletined.lay(built)
    return built


PUBLIC = {
    "public:home",
    "public:login",
    "public:second",
    "public:enter_by_passkey",
    "public:start_entering",
    "public:sign_on",
    "public:signed_on",
    "public:notices",
    "public:object",
    "public:receipt",
    "public:accessibility",
    "public:privacy",
    "public:components",
    "public:theme",
    "public:object_application",
    "public:programs",
    "volunteers:public",
    "public:program",
    "public:find",
    "places:register",
    "places:near",
    "places:place",
    "places:photo",
    "healthy",
    "set_language",
    "api:openapi-json",
    "api:openapi-view",
    "api:api-root",
    "api:nowhere",
    *booked.PUBLIC,
    *contested.PUBLIC,
} | begun.PUBLIC
STAFF = set(Role) - {Role.WORKER}
LIST = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.AUDITOR}
MONEY = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.FINANCE, Role.AUDITOR}
ORDERS = LIST | {Role.GRASSROOTS}
CASES = ORDERS | {Role.FINANCE}
KEEPING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}
ONE_REVIEW = {Role.CITY, Role.COUNTY}
SENDING = {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS, Role.ADMINISTRATOR}
DATA = (
    "绍兴市总工会", "新昌县总工会", "诸暨市总工会", "羽林街道总工会", "轴承厂工会", "制药厂工会", "袜业公司工会", "王小明", "李小红",
)  # fmt: skip
"""Names that stand on the pages as they are: nobody translates a person or a union."""
TYPED = (
    "工资", "流水", "医疗 ", "民政核对回函与填报不符", "处理更正申请", "复核现场照片", "已与本人谈妥，分三次退回", "新昌农商银行", "王小红", "社区王主任",
    "他家另有两套住房", "工作单位写错了", "发票只有两张，合计 3,900 元，请补齐或改金额。", "下班后上课，学数控。", "收据是我的，姓名写错了一个字。",
    "收据不是本人的。", "甲", "乙", "丙", "中文", "＊",
    *booked.TYPED, *contested.TITLES, *targeted.TYPED, *assessed.TYPED, *tasked.TYPED, *helped.TYPED, "不是本人发现的。", "数据有误", "我的作品", "医疗救助", "医疗救助：相对困难，自付部分的比例", "金秋助学：相对困难，月低保标准的倍数",
)  # fmt: skip
"""Examples, what people typed, and clauses that a pack has as the only name of a value."""
READ_BY_ALL = ("home", "login", "notices", "accessibility", "privacy", "components", "programs", "receipt")
MOST_QUERIES = 12
# Who looked at whose data is written down, once a viewer, person, page and day: was it yet? the chain's head, the events, its head anew.
# (Outside of a test one more each for the transaction's begin and end.)
RECORDING = 4

# Pages to read: address by the house, and the roles that may open it. Every other role is refused.
PAGES = {
    "officer:workbench": (lambda house: [], STAFF),
    "officer:list": (lambda house: [], LIST),
    "officer:corrections": (lambda house: [], LIST),
    "officer:people": (lambda house: [], CASES),
    "officer:coverage": (lambda house: [], CASES),
    "officer:release": (lambda house: [str(house.months[1])], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "officer:household": (lambda house: [house.households["confirmed"]], CASES),
    "officer:household_programs": (lambda house: [house.households["confirmed"]], CASES - {Role.FINANCE}),
    "officer:orders": (lambda house: [], ORDERS),
    "officer:late": (lambda house: [], ORDERS),
    "officer:transfers": (lambda house: [], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "officer:forward_many": (lambda house: [], {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP}),
    "officer:urge_many": (lambda house: [], {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP}),
    "officer:assign_many": (
        lambda house: [],
        {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS},
    ),
    "officer:order": (lambda house: [house.orders["assigned"]], ORDERS),
    "officer:visit": (lambda house: [house.orders["assigned"]], {Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}),
    "officer:review": (lambda house: [], ONE_REVIEW | {Role.TOWNSHIP}),
    "officer:checks": (lambda house: [], {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.AUDITOR}),
    "officer:check": (lambda house: [checked(house)], {Role.PROVINCE, Role.CITY, Role.COUNTY, Role.AUDITOR}),
    "officer:files": (lambda house: [], CASES),
    "officer:case": (lambda house: [house.cases["announced"]], CASES),
    "officer:fill_file": (lambda house: [house.cases["announced"]], {Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}),
    "officer:applications": (lambda house: [] if applied.lay(house) else [], CASES),
    "officer:application": (lambda house: [applied.lay(house).waiting_id], CASES),
    "officer:calls": (lambda house: [], {Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}),
    "officer:notices": (lambda house: [], ONE_REVIEW),
    "officer:objections": (lambda house: [] if applied.lay(house) else [], ONE_REVIEW | {Role.PROVINCE}),
    "officer:objection": (lambda house: [applied.lay(house).objection_id], ONE_REVIEW | {Role.PROVINCE}),
    "officer:grievance": (lambda house: [house.grievance_id], ONE_REVIEW | {Role.TOWNSHIP}),
    "officer:funds": (lambda house: [], MONEY),
    "officer:budget": (lambda house: [house.budget_id], MONEY),
    "officer:batches": (lambda house: [], MONEY),
    "officer:batch": (lambda house: [house.batch_id], MONEY),
    "officer:register": (lambda house: [], MONEY),
    "officer:adjustments": (lambda house: [] if adjusted.lay(house) else [], MONEY),
    "officer:adjustment": (lambda house: [adjusted.lay(house)["arrears"]], MONEY),
    "officer:reconsiderations": (lambda house: [] if adjusted.lay(house) else [], MONEY),
    "officer:reconsider": (
        lambda house: [adjusted.lay(house).decisions["claw_back"]],
        {Role.PROVINCE, Role.CITY, Role.COUNTY},
    ),
    "officer:programs": (lambda house: [], CASES),
    "officer:program": (lambda house: [1], CASES),
    "officer:draft": (lambda house: [drafted(house)], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "officer:parameters": (lambda house: [], CASES),
    "officer:try_out": (lambda house: [1], CASES),
    "officer:takeup": (lambda house: [], LIST),
    "officer:simulations": (lambda house: [], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "officer:simulation": (
        lambda house: [simulated.lay_simulation(house)],
        {Role.PROVINCE, Role.CITY, Role.COUNTY},
    ),
    "officer:taken_lists": (lambda house: [kept_list(house)][:0], STAFF - {Role.GRASSROOTS}),
    "officer:taken_list": (lambda house: [kept_list(house)], {Role.COUNTY}),
    "officer:imports": (lambda house: [], SENDING),
    "officer:import_template": (lambda house: ["standard"], {Role.PROVINCE, Role.CITY, Role.COUNTY}),
    "officer:import": (lambda house: [uploaded(house)], {Role.COUNTY}),
    "officer:device_key": (lambda house: ["0" * 32], {Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}),
    "officer:visit_shell": (lambda house: [], {Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}),
    "officer:visit_worker": (lambda house: [], {Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}),
    "officer:draft_file": (lambda house: photographed.lay_draft(house), {Role.GRASSROOTS}),
    "officer:visit_file": (
        lambda house: photographed.lay_visit(house),
        {Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS},
    ),
    "officer:audit": (lambda house: [], {Role.AUDITOR}),
    "officer:unions": (lambda house: [], {Role.ADMINISTRATOR}),
    "officer:whose": (lambda house: [house.desk.town.grassroots.account_id], {Role.ADMINISTRATOR}),
    "officer:certificates": (lambda house: a_member(house), CASES),
    "officer:corrections_asked": (lambda house: [], {Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS}),
    "officer:correction_asked": (
        lambda house: [asked_correction(house)],
        {Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.GRASSROOTS},
    ),
    "member:data": (lambda house: [], {Role.WORKER}),
    "member:correct": (lambda house: [], {Role.WORKER}),
    "member:consents": (lambda house: [], {Role.WORKER}),
    "member:views": (lambda house: [], {Role.WORKER}),
    "member:copy": (lambda house: [], {Role.WORKER}),
    "officer:rights": (lambda house: [], {Role.ADMINISTRATOR}),
    "officer:feeds": (lambda house: [], {Role.ADMINISTRATOR}),
    "officer:feed": (lambda house: ["medical_settlement"], {Role.ADMINISTRATOR}),
    "officer:standards": (lambda house: [], CASES | {Role.ADMINISTRATOR}),
    "officer:working_days": (lambda house: [], {Role.ADMINISTRATOR}),
    "officer:union_change": (lambda house: [house.desk.town["XG"].id], {Role.ADMINISTRATOR}),
    "officer:edit_union": (lambda house: [house.desk.town["XG"].id], {Role.ADMINISTRATOR}),
    "officer:open_union": (lambda house: [house.desk.town["XT"].id], {Role.ADMINISTRATOR}),
    "officer:health": (lambda house: [], {Role.ADMINISTRATOR}),
    "officer:standing_in": (lambda house: [], STAFF),
    "public:stay": (lambda house: [], set(Role)),
    "public:password": (lambda house: [], set(Role)),
    "public:safety": (lambda house: [], set(Role)),
    "public:confirm": (lambda house: [], set(Role)),
    "public:inbox": (lambda house: [] if told.lay(house) else [], set(Role)),
    "public:message_settings": (lambda house: [], set(Role)),
    "public:totp": (lambda house: [], set(Role)),
    "public:tokens": (lambda house: [], CASES),
    "member:mine": (lambda house: [], {Role.WORKER}),
    "member:find": (lambda house: [], {Role.WORKER}),
    "member:apply_for": (lambda house: ["evening-class"] if applied.lay(house) else [], {Role.WORKER}),
    "member:draft": (lambda house: [applied.lay(house).draft_id], {Role.WORKER}),
    "member:draft_register": (lambda house: [applied.lay(house).draft_id], {Role.WORKER}),
    "member:draft_ask": (lambda house: [applied.lay(house).draft_id, "course"], {Role.WORKER}),
    "member:draft_paper": (lambda house: [applied.lay(house).draft_id, "receipts"], {Role.WORKER}),
    "member:draft_check": (lambda house: [applied.lay(house).draft_id], {Role.WORKER}),
    "member:application": (lambda house: [applied.lay(house).asked_id], {Role.WORKER}),
    "member:application_receipt": (lambda house: [applied.lay(house).asked_id], {Role.WORKER}),
    "member:object": (lambda house: [house.own_case_id], {Role.WORKER}),
    "places:desk": (lambda house: [] if placed.lay(house) else [], CASES),
    "places:desk_place": (lambda house: [placed.lay(house).station_id], CASES),
    "places:new": (lambda house: [], KEEPING),
    "places:edit": (lambda house: [placed.lay(house).station_id], KEEPING),
    "places:kind": (lambda house: ["station"], CASES),
    "places:exchanges": (lambda house: [], CASES),
    "member:object_application": (lambda house: [applied.lay(house).refused_id], {Role.WORKER}),
    "member:application_objection": (lambda house: [applied.lay(house).objection_id], {Role.WORKER}),
    **booked.PAGES,
    "volunteers:needs": (lambda house: [] if helped.lay(house) else [], CASES),
    "volunteers:file": (lambda house: [], KEEPING),
    "volunteers:need": (lambda house: [helped.lay(house).asked], CASES),
    "volunteers:change": (lambda house: [helped.lay(house).filed], KEEPING),
    "volunteers:desk": (lambda house: [] if helped.lay(house) else [], CASES),
    "volunteers:helpers": (lambda house: [] if helped.lay(house) else [], CASES),
    "volunteers:helper": (lambda house: [helped.lay(house).helpers[0]], CASES),
    "volunteers:find_helper": (lambda house: [], KEEPING),
    "volunteers:enrol": (lambda house: [helped.lay(house).unlisted_person], KEEPING),
    "volunteers:change_helper": (lambda house: [helped.lay(house).helper], KEEPING),
    "volunteers:helper_template": (lambda house: [], KEEPING),
    "volunteers:import_helpers": (lambda house: [], KEEPING),
    "volunteers:coverage": (lambda house: [] if helped.lay(house) else [], CASES),
    "volunteers:mine": (lambda house: [] if helped.lay(house) else [], {Role.WORKER}),
    "volunteers:join": (lambda house: ["volunteering"], {Role.WORKER}),
    "volunteers:own_pair": (lambda house: [helped.lay(house).own_working], {Role.WORKER}),
    "volunteers:bid": (lambda house: [helped.lay(house).bidding], {Role.WORKER}),
    **contested.PAGES,
    **audited.PAGES,
    **targeted.PAGES,
    **assessed.PAGES,
    **tasked.PAGES,
    **bulletined.PAGES,
    **rolled.PAGES,
} | begun.PAGES
ELSEWHERE = contested.ELSEWHERE | assessed.ELSEWHERE | booked.ELSEWHERE | begun.ELSEWHERE
"""Pages that a role may open, with another's thing in their address: the status they answer with."""


def kept_list(house) -> str:
    """A long list that the county asked for and that nobody makes yet: nobody else's."""
    county = house.viewers[Role.COUNTY]
    own = export_kept.list_own(deployment(), county, now=town.NOW)
    question = {
        "list": "orders",
        "parts": {},
        "query": "scope=all",
        "purpose": "月度工作例会核对",
        "language": "zh-hans",
    }
    asked = {"title": "工单", "file_name": "工单.xlsx", "count": 24500, "now": town.NOW}
    return own[0].number if own else export_kept.prepare(deployment(), county, question, **asked)


def uploaded(house) -> str:
    """A workbook of the county that waits to be confirmed: nobody else's."""
    content = "行政区划代码,执行日期,月低保标准\n330624,2023-07-01,1100\n".encode()
    county = house.viewers[Role.COUNTY]
    return import_workbook.receive(deployment(), county, kind="standard", name="a.csv", content=content, now=town.NOW)


def drafted(house) -> int:
    """A text in the making of the county, with one number changed."""
    county = house.viewers[Role.COUNTY]
    if standing := queries.list_drafts(county):
        return standing[0].id
    version = next(card.id for card in queries.list_packs(county) if card.pack_id == "special-grant")
    card = programs.start_draft(viewer=county, version_id=version, now=town.NOW)
    texts = {"program": card.program.replace("500", "600"), "cases": card.cases.replace("500", "600")}
    return programs.save_draft(
        viewer=county, draft_id=card.id, source="新总工〔2023〕18号", seen=card.mark, now=town.NOW, **texts
    ).id


def a_member(house) -> list[int]:
    """A household and one who lives in it."""
    home = house.households["confirmed"]
    return [home, registry_queries.get_household_card(house.viewers[Role.COUNTY], home).member_ids[0]]


def asked_correction(house) -> int:
    """A worker's note about what has no column: no number stands in it."""
    worker = house.viewers[Role.WORKER]
    if standing := registry_queries.list_corrections(worker):
        return standing[0].id
    return registry.raise_correction(
        viewer=worker, field=CorrectionField.OTHER, value="", note="工作单位写错了", key=uuid.uuid4(), now=town.NOW
    )


OUTSIDE_THE_TREE = {("officer:budget", Role.AUDITOR): 200}


def checked(house) -> int:
    """The house's draw of its first month, made once: findings are judged on the day of work, a month later they are drawn from."""
    found = cases.list_spot_checks(house.viewers[Role.COUNTY]).first()
    if found is None:
        month, later = Month.of(town.NOW.date()), town.NOW + timedelta(days=30)
        org_id = house.viewers[Role.COUNTY].org_id
        case_actions.draw_spot_checks(viewer=house.viewers[Role.CITY], org_id=org_id, month=month, now=later)
        found = cases.list_spot_checks(house.viewers[Role.COUNTY]).first()
    return found.pk


def every_view(resolver=None, prefix: str = ""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_view(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry.callback


def test_every_address_declares_a_policy():
    bare = [name for name, view in every_view() if not hasattr(view, "policy")]
    assert bare == []


def test_only_the_named_addresses_are_open_to_everybody():
    assert {name for name, view in every_view() if view.policy is Access.PUBLIC} == PUBLIC


def test_a_policy_that_no_role_has_is_a_mistake_found_at_once():
    with pytest.raises(KeyError):
        page("cases.reveiw")


def test_every_page_to_read_stands_in_the_table_of_roles():
    by_token_or_open = (Access.PUBLIC, Access.TOKEN)  # the API's operations stand in a table of their own: `test_api`
    readable = {name for name, view in every_view() if "GET" in view.methods and view.policy not in by_token_or_open}
    files = {"officer:application_file", "member:application_file", "member:draft_file"}
    files |= {
        "places:desk_photo",
        *contested.FILES,
        *targeted.FILES,
        *assessed.FILES,
        *tasked.FILES,
    }  # see test_places_pages
    files |= {"officer:objection_file", "member:objection_file"}  # see test_applying_pages
    files |= {"bookings:invoice"}  # see test_booking_pages
    assert readable - {"member:objection", "officer:map"} - files == set(PAGES)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_pages_and_no_other_and_none_of_them_shows_a_number_or_full_name_of_a_person(
    house, signed_in, role, monkeypatch
):
    # Once a minute a sitting is written: no page's own.
    monkeypatch.setattr("niangjia.config.middleware._TOUCH_SECONDS", 3600)
    client, dear = signed_in(house.viewers[role]), {}
    for warm in (
        "public:programs",
        "officer:programs",
        "public:stay",
    ):  # packs are read, and a sitting begins: once, whichever page comes first
        client.get(reverse(warm))
    for name, (parts, allowed) in PAGES.items():
        address = reverse(name, args=parts(house))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        if role in allowed:
            assert response.status_code == 200, (name, role, response.status_code)
            _hides_what_is_private_and_brings_nothing_of_its_own(name, response)
            is_recorded = any('INSERT INTO "audit_auditevent"' in query["sql"] for query in queries)
            if len(queries) > MOST_QUERIES + RECORDING * is_recorded:
                dear[name] = len(queries) - RECORDING * is_recorded
        elif name == "officer:workbench":
            assert response.status_code == 302  # a worker's desk is their own page
        elif (name, role) in ELSEWHERE:
            assert response.status_code == ELSEWHERE[name, role], (name, role, response.status_code)
        else:
            if name in ("officer:import", "officer:taken_list") and role in PAGES[f"{name}s"][1]:
                assert response.status_code == 409, (name, role, response.status_code)  # somebody else's
                continue
            if name == "officer:draft_file" and role in (Role.COUNTY, Role.TOWNSHIP):
                assert response.status_code == 404, (name, role, response.status_code)  # a colleague's draft
                continue
            if name in ("bulletins:edit", "bulletins:history") and role is Role.COUNTY:
                assert response.status_code == 404, (name, role, response.status_code)  # another union's draft
                continue
            assert response.status_code == 403, (name, role, response.status_code)
            assert "岗位" in response.content.decode()
    assert not dear, "; ".join(f"{name} {count}" for name, count in dear.items())


def _hides_what_is_private_and_brings_nothing_of_its_own(name: str, response) -> None:
    if response.streaming or not response.headers["Content-Type"].startswith("text/html"):
        return  # a file
    html = response.content.decode()
    assert not re.search(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9X](?![0-9A-Za-z])", html), name
    assert not re.search(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])", html), name
    assert "李小红" not in html, name
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<script(?![^>]*src=)", html), name
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", html), name
    bare = re.search(r".{0,40}(?:\bNone\b|\bTrue\b|\bFalse\b|\{\{|\{%|\{[a-z_]+\}).{0,20}", _text_of(html))
    assert not bare or name == "officer:draft", (
        name,
        bare and bare.group(),
    )  # a draft shows a pack as it is written


FORMS_FILLED: set[tuple[str, ...]] = set()
"""Action and fields of the forms that were filled with nonsense, of this run."""


@pytest.mark.parametrize("role", list(Role))
def test_nonsense_in_any_form_is_answered_in_words(house, signed_in, role):
    """
    Each form once, by the first role that has it, the same nonsense in every run; with NIANGJIA_NEW_CASES=12 twelve times by each role, with
    other nonsense.
    """
    times = int(os.environ.get("NIANGJIA_NEW_CASES", 0))
    known: set[tuple[str, ...]] = set() if times else FORMS_FILLED
    seed, wrong, before = os.urandom(8).hex() if times else "", [], len(known)
    client = signed_in(house.viewers[role])
    for address in [reverse(name, args=parts(house)) for name, (parts, allowed) in PAGES.items() if role in allowed]:
        page = client.get(address)
        if page.status_code != 200 or page.streaming or "html" not in page["content-type"]:
            continue
        for form in typing_garbage.forms(page.content.decode()):
            action = urlsplit(urljoin(address, form.action or address)).path
            if form.method == "dialog" or action == reverse("public:logout") or (action, *form.fields) in known:
                continue
            known.add((action, *form.fields))
            for time in range(times or 1):
                with transaction.atomic():
                    typed = form.filled(Random(f"{seed} {action} {time}"))
                    try:
                        answer = getattr(client, form.method)(action, typed)
                        assert answer.status_code < 500
                    except Exception as error:
                        wrong.append(f"{seed} {action} {typed}: {error!r}")
                    transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)
    assert len(known) > max(before, 10)


def _text_of(html: str) -> str:
    """What a reader reads, without the files and formulas that are shown as they are."""
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style|textarea|code|pre)\b.*?</\1>", "", html, flags=re.DOTALL))


@pytest.mark.parametrize("name", [name for name in PAGES if name != "officer:workbench"])
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(house, name):
    response = Client().get(reverse(name, args=PAGES[name][0](house)))
    assert response.status_code == 302 and response.url.startswith("/login/")


def test_an_action_is_not_carried_out_by_opening_its_address(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    for name, view in every_view():
        if "GET" in view.methods or view.policy is Access.TOKEN:
            continue
        parts = {
            "officer:act": [house.cases["submitted"], "accept"],
            "member:draft_upload": [1, "receipts"],
            "officer:application_upload": [1, "receipts"],
            "officer:take_down": [1, 1],
            "bookings:act": [1, "publish"],
            "bookings:cancel_for": [1, 1],
            "bookings:roster_marked": [1, "0" * 32],
            "bookings:roster_confirm": [1, "0" * 32],
            "matters:roster_take": ["mutual-aid-enrolment", "0" * 32],
            "matters:roster_marked": ["mutual-aid-enrolment", "0" * 32],
            "bookings:settle": [1, "pay"],
            "bookings:drop_site": [1, 1],
            "bookings:drop_quota": [1, 1],
            "bookings:call_off_slot": [1, 1],
            "bookings:tour_act": [1, "plan"],
            **{f"volunteers:{step}": [1, 1] for step in ("own_void", "answer", "release", "contact", "log", "void")},
            "places:act": [1, "list"],
            "places:change_project": [1, 1],
            "places:check_project": [1, 1],
            **targeted.POSTS,
            **assessed.POSTS,
            **tasked.POSTS,
            **bulletined.POSTS,
        }.get(name)
        pattern = (
            "month"
            if name
            in {
                "officer:draw",
                "officer:mark",
                "officer:release_now",
                "officer:dispatch",
                "officer:release_corrections",
            }
            else None
        )
        address = reverse(
            name, args=parts if parts else [str(house.months[1])] if pattern else [1] if _takes_a_number(name) else []
        )
        assert client.get(address).status_code == 405, name


def _takes_a_number(name: str) -> bool:
    try:
        reverse(name)
    except Exception:
        return True
    return False


def test_a_post_without_its_token_changes_nothing(house):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "county", "password": "x"})
    assert response.status_code == 403 and "页面已过期" in response.content.decode()


def test_every_page_is_english_in_english(house, signed_in):
    """Names of people and unions, what people typed, and what the packs quote of their papers stay Chinese."""
    pages = {name: Client(headers={"accept-language": "en"}).get(reverse(f"public:{name}")) for name in READ_BY_ALL}
    for role in house.viewers:
        client = signed_in(house.viewers[role], "en")
        for name, (parts, allowed) in PAGES.items():
            if (
                role in allowed and name not in pages and name != "officer:draft"
            ):  # the text of a pack, as it is written
                pages[name] = client.get(reverse(name, args=parts(house)))
    left = {
        name: markup.chinese(response.content.decode(), (*DATA, *TYPED, *placed.TYPED))
        for name, response in pages.items()
        if not response.streaming and response.headers["Content-Type"].startswith("text/html")
    }
    assert len(left) > 80
    assert {name: said for name, said in left.items() if said} == {}


def test_an_unknown_address_gets_a_designed_page(house, signed_in):
    response = signed_in(house.viewers[Role.COUNTY]).get("/desk/nowhere/")
    assert response.status_code == 404 and "没有这一页" in response.content.decode()


def test_each_page_carries_a_strict_content_policy(house, signed_in):
    policy = signed_in(house.viewers[Role.COUNTY]).get("/desk/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy


def test_permissions_named_by_pages_exist():
    assert {view.policy for _name, view in every_view() if not isinstance(view.policy, Access)} <= permissions.ACTIONS


def test_every_icon_that_a_page_uses_is_in_the_sprite():
    folder = settings.DESIGN.parent
    sprite = (settings.DESIGN / "templates/design/sprite.svg").read_text()
    used = set()
    for file in [*folder.rglob("*.html"), *folder.rglob("*.py")]:
        if "tests" not in file.parts:
            used |= set(re.findall(r'(?:icon |glyph=|glyph\|default:|Todo\()"([a-z0-9-]+)"', file.read_text()))
    used |= {entry.icon for entry in navigation.ENTRIES}
    assert used and {name for name in used if f'id="i-{name}"' not in sprite} == set()


def test_what_was_vendored_is_what_was_checked():
    folder = settings.DESIGN / "static/vendor"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        stated, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == stated
    assert not re.search(r"url\((?![\"']?(?:data:|#))", (folder / "tabler.min.css").read_text())


def test_every_word_of_the_pages_has_its_english():
    catalogue = gettext.GNUTranslations((settings.PACKAGE / "locale/en/LC_MESSAGES/django.mo").open("rb"))
    chinese = re.compile(r"[\u4e00-\u9fff]")
    missing = set()
    for file in settings.DESIGN.rglob("*.html"):
        for text in re.findall(r"{% translate (?:\"([^\"]+)\"|'([^']+)')", file.read_text()):
            word = (text[0] or text[1]).replace("%", "%%") if "%" in (text[0] or text[1]) else (text[0] or text[1])
            if chinese.search(word) and catalogue.gettext(word) == word and word != "简体中文":
                missing.add(word)
    with translation.override("zh-hans"):
        for table in words.WORDS.values():
            missing |= {str(label) for label, _tone in table.values() if catalogue.gettext(str(label)) == str(label)}
    assert missing == set()
