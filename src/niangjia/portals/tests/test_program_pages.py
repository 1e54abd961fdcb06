"""The programmes' public pages, the finder and the officer's trial: whole, plain, in two languages, and nothing of a reader is kept."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import published
from niangjia.apps.programs.models import Catalogue, ParameterValue
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import Retroactive
from niangjia.engines import policy
from niangjia.engines.policy.published import load_wording, worked_example
from niangjia.kernel.deployment import programs_folder
from niangjia.portals.design.finding import Unreadable, text_of, value_of
from niangjia.portals.design.stage_chart import stage_chart, width_of, wrapped
from niangjia.portals.design.static_pages import ToPublish, write_pages
from niangjia.portals.tests.markup import faults
from niangjia.portals.tests.programs_in_force import install_all

TODAY = town.NOW.date()
AREA = "330624"
LANGUAGES = ("zh", "en")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def town_of_programs(built, django_db_blocker):
    """The house with every pack of the folder, and the values a demo town fills in."""
    with django_db_blocker.unblock():
        yield install_all(built.desk.town.city, built.desk.town.county, town.NOW)


@pytest.fixture
def packs(town_of_programs, house):
    return town_of_programs


def client(language: str = "zh") -> Client:
    return Client(headers={"accept-language": language})


def get(address: str, language: str = "zh") -> str:
    response = client(language).get(address)
    assert response.status_code == 200, address
    return response.content.decode()


# — pages —


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_programme_has_its_page_and_nothing_is_wrong_with_it(packs, language):
    found = published.list_published(asof=TODAY)
    assert {one.pack.id for one in found} == {pack.id for pack in packs}
    for one in found:
        html = get(reverse("public:program", args=[one.pack.area, one.pack.id]), language)
        assert faults(html) == [], one.pack.id
        assert one.pack.title[language] in unescape(html)
        assert not re.search(r"\{[a-z_]+\}", html), one.pack.id
        if language == "en":
            foreign = re.sub(r'<(\w+)[^>]*lang="zh-Hans".*?</\1>', "", re.sub(r"<head>.*?</head>|<footer.*?</footer>", "", html, flags=re.S), flags=re.S)  # fmt: skip
            body = foreign[foreign.index("<main") : foreign.index("</main>")]
            left = [text for text in re.findall(r">([^<]+)<", body) if CHINESE.search(text)]
            # Names of places and unions are names; the issuer's paper speaks Chinese.
            assert not [text for text in left if not re.search(r"[省市县区]", text)], (one.pack.id, left)


def test_the_index_lists_all_and_finds_by_word_place_and_topic(packs):
    html = get(reverse("public:programs"))
    assert faults(html) == []
    for pack in packs:
        assert pack.title["zh"] in html
    some = get(reverse("public:programs") + "?q=疗休养")
    assert "职工疗休养" in some and "光伏" not in some
    assert "Yue Wennuan" in get(reverse("public:programs") + "?q=relief+WENNUAN", "en")
    here = get(reverse("public:programs") + f"?place={AREA}")
    assert "越温暖" in here and "送温暖资金" not in here
    assert "没有找到" in get(reverse("public:programs") + "?q=没有这样的项目")
    topics = load_wording(programs_folder()).topics
    study = next(one for one in topics if one.id == "study")
    html = get(reverse("public:programs") + f"?topic={study.id}")
    assert "资助优秀产业工人上大学" in html and "越温暖" not in html


def test_strange_words_in_the_address_break_nothing(packs):
    for query in (
        "?q=%00%27%22%3Cscript%3E",
        "?place=%F0%9F%98%80",
        "?topic=../..",
        "?q=" + "甲" * 500,
        "?area=99999999999999999",
    ):
        html = get(reverse("public:programs") + query)
        assert "<script>" not in html
        assert client().get(f"/programs/{AREA}/special-grant/{query}").status_code == 200
    for address in ("/programs/33/special-grant/", f"/programs/{AREA}/nothing/", "/programs/x/y/"):
        assert client().get(address).status_code == 404


def test_an_example_has_no_page_and_a_pack_without_numbers_says_that_it_is_not_in_force(packs):
    found = published.list_published(asof=TODAY)
    assert not [one.pack.id for one in found if one.pack.status == "example"]
    for one in (one for one in found if one.missing):
        html = get(reverse("public:program", args=[one.pack.area, one.pack.id]))
        assert "本地还没有生效" in html and 'id="open"' in html


def test_a_limit_in_days_of_the_calendar_is_told_as_such_in_the_list_and_in_the_drawing(packs):
    html = get("/programs/33/member-proposal/")
    assert "60 天内" in html and "前后约 53 个工作日" in html and ">60 天<" in html
    html = get("/programs/33/skill-pay-bargaining/")
    assert "“要约送达日”起 20 天内" in html and "企业怎样答复" not in html


def test_a_container_lists_its_measures_and_what_the_source_does_not_tell(packs):
    container = next(one for one in packs if one.measures)
    html = get(reverse("public:program", args=[container.area, container.id]))
    for one in container.measures:
        assert one.title["zh"] in html
    assert "来源没有说明" in html
    linked = next(name for one in container.measures for name in one.programs)
    assert re.search(rf'href="/programs/\d+/{linked}/"', html)


def test_the_page_shows_the_example_with_the_amount_the_engine_decides(packs):
    for one in published.list_published(asof=TODAY):
        example = worked_example(one.pack, one.overrides)
        html = get(reverse("public:program", args=[one.pack.area, one.pack.id]))
        if example is None or not example.decision.lines:
            assert 'id="example"' not in html
            continue
        program = policy.compile_program(
            one.pack, asof=example.case.asof, area=example.case.area, overrides={**example.case.filled, **one.overrides}
        )
        amount = program.decide(example.case.given, example.case.used).amount
        assert f"<td>{amount:,.2f}</td></tr></tfoot>" in html, one.pack.id


def test_a_new_version_of_a_programme_is_told_with_its_day(packs, tmp_path, monkeypatch):
    published._folders.cache_clear()
    folder = tmp_path / "programs"
    import shutil

    shutil.copytree(programs_folder(), folder)
    file = folder / "330624-xinchang" / "special-grant" / "program.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("2023-05-01: 500", "2023-05-01: 600"), encoding="utf-8")
    cases = file.with_name("cases.yaml")  # a text that does not pass its own cases is not installed
    cases.write_text(cases.read_text(encoding="utf-8").replace("amount: 500.00", "amount: 600.00"), encoding="utf-8")
    pack = policy.load_pack(file.parent, policy.load_vocabulary(folder))
    story = Retroactive("数额调整", "绍市总工〔2023〕21号")  # the house has decided about later days
    programs.install_packs([pack], now=town.NOW, active_from=date(2023, 11, 1), programs=folder, retroactive=story)
    html = get(f"/programs/{AREA}/special-grant/")
    assert "600 元" in html and "2023-11-01 起" in html and "以前的文本" in html


# — the drawing —


def test_the_drawing_holds_every_step_and_keeps_its_words_inside(packs):
    wording = load_wording(programs_folder())
    for pack in packs:
        for language in LANGUAGES:
            said = policy_description(pack, language, wording)
            svg = stage_chart(said.steps, language)
            if not said.steps:
                assert svg == ""
                continue
            assert svg.count("stage-box") == len(said.steps) and "NaN" not in svg
            height = float(re.search(r'viewBox="0 0 340 ([0-9.]+)"', svg)[1])  # type: ignore[index]
            assert all(0 <= float(y) <= height for y in re.findall(r'(?<!\w)y="([-0-9.]+)"', svg))
            for kind, x, text in re.findall(r'class="stage-(title|small)" x="([0-9.]+)" y="[0-9.]+">([^<]*)<', svg):
                size = {"title": 14.5, "small": 12.5}[kind]
                assert float(x) + width_of(unescape(text)) * size <= 14 + 236, (pack.id, text)
            for x, text in re.findall(r'class="stage-label" x="([0-9.]+)"[^>]*>([^<]*)<', svg):
                assert float(x) + width_of(unescape(text)) * 12.5 <= 344, (pack.id, text)
            assert "style=" not in svg and "href" not in svg


def policy_description(pack, language, wording):
    from niangjia.engines.policy.published import describe

    return describe(pack, area=pack.area, asof=TODAY, language=language, wording=wording)


def test_long_titles_are_broken_at_words():
    assert wrapped("a very long title of a stage that goes on and on", 12)[0].endswith(("of", "title", "long"))
    assert all(width_of(line) <= 6.5 for line in wrapped("县（市、区）总工会和乡镇街道工会", 6))


# — files —


def test_static_files_stand_alone(packs, tmp_path):
    given = [ToPublish(pack, {}, {}) for pack in packs]
    written = write_pages(given, tmp_path / "out", asof=TODAY, wording=load_wording(programs_folder()))
    assert len(written) == 2 * (len(packs) + 1)
    names = {path.name for path in written}
    for path in written:
        html = path.read_text(encoding="utf-8")
        assert faults(html) == [], path.name
        [style] = re.findall(r"<style>(.*?)</style>", html, re.S)
        assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in html
        assert "default-src 'none'" in html and "<script" not in html
        assert not re.search(r"url\(|@import", style)
        for href in re.findall(r'href="([^"#]+)"', html):
            assert href in names, (path.name, href)


# — the finder —

FIND = "/programs/find/"


def start(browser: Client, area: str = AREA, topics: tuple[str, ...] = ()) -> str:
    response = browser.post(FIND, {"go": "start", "area": area, "topic": list(topics)})
    assert response.status_code == 200
    return response.content.decode()


def fields(html: str) -> dict[str, list[str]]:
    """The hidden fields of the page's form, as a browser would send them back."""
    form = html[html.index('<form method="post" action="') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(value)
    return found


def asked(html: str) -> str:
    found = fields(html).get("now")
    return found[0] if found else ""


def answer(browser: Client, html: str, value: str, go: str = "next", **more: str):
    return browser.post(FIND, {**fields(html), "value": value, "go": go, **more})


def play(browser: Client, html: str, answers: dict[str, str], *, most: int = 60) -> str:
    """Answer what is asked; what is not in `answers` is skipped."""
    for _ in range(most):
        name = asked(html)
        if not name:
            return html
        if name in answers:
            value = answers[name]
            parts = (
                dict(zip(("value-y", "value-m", "value-d"), value.split("-"), strict=False))
                if value.count("-") == 2
                else {}
            )
            response = answer(browser, html, value, **parts)
        else:
            response = answer(browser, html, "", "skip")
        assert response.status_code == 200, (name, response.status_code)
        html = response.content.decode()
    raise AssertionError("too many questions")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_finder_asks_one_thing_a_page_and_answers_every_programme(packs, language):
    browser = client(language)
    html = get(FIND, language)
    assert faults(html) == []
    seen: list[str] = []
    html = start(browser)
    while name := asked(html):
        assert faults(html) == [], name
        assert name not in seen
        seen.append(name)
        assert len(re.findall(r"<h1", html)) == 1
        html = answer(browser, html, "", "skip").content.decode()
    assert faults(html) == []
    vocabulary = packs[0].vocabulary
    assert seen and set(seen) <= set(vocabulary.facts)
    here = published.list_in_area(area=AREA, asof=TODAY)
    for one in here:
        if (one.pack.benefit or one.pack.measures) and one.pack.entry != "open":  # a report is no help to be had
            assert one.pack.title[language] in unescape(html), one.pack.id
    assert ("这不是决定" if language == "zh" else "This is no decision") in html


def test_nothing_of_a_reader_is_kept(packs):
    browser = client()
    events, sessions = _events(), Session.objects.count()
    html = start(browser)
    html = play(browser, html, {"income_12m": "31234.56", "household_size": "3", "has_check_authorisation": "yes"})
    assert "31,234.56 元" in html
    assert Session.objects.count() == sessions and "niangjia_session" not in browser.cookies
    assert _events() == events
    response = browser.post(FIND, {**fields(html), "go": "leave"})
    assert response.status_code == 302 and response.headers["Clear-Site-Data"] == '"cache"'
    assert "31234" not in response.url
    assert "31234" not in get(FIND)


def test_every_form_of_the_finder_is_sent_in_the_body_and_stays_at_one_address(packs):
    browser = client()
    html = start(browser)
    for _ in range(4):
        assert set(re.findall(r'<form[^>]*method="(\w+)"', html)) == {"post"}
        assert f'action="{FIND}"' in html
        html = answer(browser, html, "", "skip").content.decode()


def test_the_finders_pages_may_be_kept_by_the_browser_for_its_back_button_and_by_nobody_else(packs):
    response = client().post(FIND, {"go": "start", "area": AREA})
    assert response.headers["Cache-Control"] == "private, max-age=1800"


def test_a_wrong_answer_is_said_at_its_field_and_what_was_typed_stays(packs):
    browser = client()
    html = start(browser)
    while asked(html) != "household_size":
        html = answer(browser, html, "", "skip").content.decode() if asked(html) not in GRADED else answer(browser, html, GRADED[asked(html)]).content.decode()  # fmt: skip
    response = answer(browser, html, "三个")
    wrong = response.content.decode()
    assert (
        response.status_code == 422
        and 'aria-invalid="true"' in wrong
        and 'value="三个"' in wrong
        and 'id="e-value"' in wrong
    )
    assert faults(wrong) == []
    assert answer(browser, html, "51").status_code == 422
    assert asked(answer(browser, html, " ３ 人 ").content.decode()) != "household_size"


GRADED = {
    "has_check_authorisation": "yes", "household_size": "3", "income_12m": "3万", "rigid_spending_12m": "0", "accident_loss_12m": "0",
    "medical_own_cost_12m": "26000", "study_own_cost_12m": "0", "living_aid_received_12m": "0", "medical_aid_received_12m": "0",
    "study_aid_received_12m": "0", "accident_aid_received_12m": "0", "chosen_item": "living",
}  # fmt: skip


def test_back_shows_the_question_before_with_its_answer_and_keeps_the_others(packs):
    browser = client()
    first = start(browser)
    second = answer(
        browser, first, "yes" if 'value="yes"' in first else "", "next" if 'value="yes"' in first else "skip"
    ).content.decode()
    third = answer(browser, second, "", "skip").content.decode()
    back = browser.post(FIND, {**fields(third), "go": "back"}).content.decode()
    assert asked(back) == asked(second)
    again = browser.post(FIND, {**fields(back), "go": "back"}).content.decode()
    assert asked(again) == asked(first)
    if 'value="yes"' in first:
        assert re.search(r'value="yes" checked', again)
    at_start = browser.post(FIND, {**fields(again), "go": "back"}).content.decode()
    assert asked(at_start) == "" and f'<option value="{AREA}" selected>' in at_start


def test_results_are_said_with_their_reasons_and_an_answer_can_be_corrected(packs):
    browser = client()
    html = play(browser, start(browser), {**GRADED, "has_roof_right": "no", "has_check_authorisation": "yes"})
    assert "可能可以，工会还要核实" in html and "困难职工建档与梯度救助" in html
    assert "10,000" in html or "36,000" in html
    refused = html[html.index('id="v-no"') :]
    assert "光伏" in refused and "屋顶" in refused
    change = browser.post(FIND, {**fields(html), "go": "change:has_check_authorisation"}).content.decode()
    assert asked(change) == "has_check_authorisation" and re.search(r'value="yes" checked', change)
    after = answer(browser, change, "no").content.decode()
    after = play(browser, after, GRADED) if asked(after) else after
    assert "授权书" in after[after.index('id="v-no"') :]


def test_what_the_finder_says_is_what_the_engine_decides(packs):
    browser = client()
    html = play(browser, start(browser), GRADED)
    finder = published.finder(area=AREA, asof=TODAY)
    facts = finder.facts
    told = {name: value_of(facts[name], values[0]) for name, values in ((key[2:], value) for key, value in fields(html).items() if key.startswith("v-")) if values[0] not in ("", "-")}  # fmt: skip
    today = dict.fromkeys(published.wording().of_today, TODAY)
    known = {**published.known_of_area(area=AREA, asof=TODAY), **today, **told}
    for one in finder.findings(known):
        place = html.index(one.pack.title["zh"])
        head = html.rindex('id="v-', 0, place)
        assert html[head + 6 : html.index('"', head + 6)] == one.verdict, one.pack.id


def test_none_of_these_sets_a_programme_aside(packs):
    area = "330800"
    browser = client()
    html = browser.post(FIND, {"go": "start", "area": "330602"}).content.decode()
    finder = published.finder(area=area, asof=TODAY)
    if "warmth_object" not in finder.facts:
        pytest.skip("no such programme is in force here")
    none = finder.findings({}, none=["warmth_object"])
    aside = [one for one in none if one.aside]
    assert [one.pack.id for one in aside] == ["warmth-fund"] and aside[0].verdict == "no"
    asked_then = finder.next({}, none=["warmth_object"])
    assert asked_then is None or "warmth-fund" not in asked_then.programs
    assert html


def test_a_place_must_be_chosen_and_a_strange_one_is_not_taken(packs):
    for area in ("", "110000", "' or 1", "3306240000001"):
        response = client().post(FIND, {"go": "start", "area": area})
        assert response.status_code == 422 and "请先选" in response.content.decode()


def test_strange_fields_break_nothing(packs):
    browser = client()
    for extra in (
        {"asked": "a,b,,;,../"},
        {"v-household_size": "9" * 400},
        {"v-income_12m": "NaN", "asked": "income_12m"},
        {"now": "no_such_fact", "value": "1"},
        {"now": "verification_outcome", "value": "V1"},
        {"go": "change:../x"},
        {"go": "change:verification_outcome"},
        {"topic": "x" * 5000},
        {"given": "household_size"},
        {"value": "1e999", "now": "household_size"},
    ):
        response = browser.post(FIND, {"go": "next", "area": AREA, **extra})
        assert response.status_code in (200, 422), extra


def test_topics_leave_out_the_rest_and_say_so(packs):
    browser = client()
    html = play(browser, start(browser, topics=("hardship",)), {})
    assert "您没有选的方面" in html or "本地还没有生效" in html
    assert all(topic == "hardship" for topic in fields(html)["topic"])


@pytest.mark.parametrize(
    ("kind", "typed", "wanted"),
    [
        ("income_12m", "３万", "30000"), ("income_12m", "1,234.50 元", "1234.5"), ("income_12m", "3.5万", "35000"),
        ("household_size", "4人", "4"), ("birth_date", "1980年6月15日", "1980-06-15"), ("birth_date", "19800615", "1980-06-15"),
        ("birth_date", "1980-6-5", "1980-06-05"), ("has_check_authorisation", "yes", "yes"), ("chosen_item", "study", "study"),
    ],
)  # fmt: skip
def test_answers_as_people_type_them(kind, typed, wanted):
    facts = policy.load_vocabulary(programs_folder()).facts
    assert text_of(facts[kind], typed) == wanted
    assert text_of(facts[kind], wanted) == wanted
    value_of(facts[kind], wanted)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("income_12m", "很多"), ("income_12m", "-5"), ("income_12m", "1.234"), ("income_12m", "inf"), ("income_12m", "1e30"), ("household_size", "2.5"),
        ("household_size", "0"), ("birth_date", "1980-2-30"), ("birth_date", "1850-01-01"), ("birth_date", ""), ("has_check_authorisation", "maybe"),
        ("chosen_item", "car"), ("income_12m", ""),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_not_guessed_at(kind, typed):
    with pytest.raises(Unreadable):
        text_of(policy.load_vocabulary(programs_folder()).facts[kind], typed)


# — the worker's own —


def test_a_worker_finds_what_the_registry_knows_filled_in_and_can_change_it(packs, house, signed_in):
    worker = signed_in(house.viewers[Role.WORKER])
    address = reverse("member:find")
    html = worker.get(address).content.decode()
    assert faults(html) == [] and "登记里已经有的" in html and "1980-01-01" not in html.split("<main")[0]
    before = Session.objects.count()
    page = worker.post(address, {"go": "start", "area": AREA}).content.decode()
    sent = fields(page)
    assert sent.get("v-household_size") == ["3"] and "household_size" in sent["given"][0].split(",")
    for _ in range(60):
        if not asked(page):
            break
        assert asked(page) != "household_size"
        page = worker.post(address, {**fields(page), "go": "skip"}).content.decode()
    assert "登记" in page and reverse("member:mine") + "#m-new" in page and Session.objects.count() == before
    changed = worker.post(address, {**fields(page), "go": "change:household_size"}).content.decode()
    assert asked(changed) == "household_size" and 'value="3"' in changed
    after = worker.post(address, {**fields(changed), "value": "4", "go": "next"}).content.decode()
    assert fields(after)["v-household_size"] == ["4"]


def test_what_a_worker_had_this_year_already_counts(packs, house, signed_in, monkeypatch):
    worker, address = signed_in(house.viewers[Role.WORKER]), reverse("member:find")
    page = worker.post(address, {"go": "start", "area": AREA}).content.decode()
    taken = worker.post(
        address, {**fields(page), "go": "results"}
    ).content.decode()  # the house paid this worker's grant
    assert "越温暖" in _refused(taken) and "每人每年一次" in _refused(taken)
    monkeypatch.setattr(published, "used_by_person", lambda *_, **__: {})
    assert "越温暖" not in _refused(worker.post(address, {**fields(page), "go": "results"}).content.decode())


def _refused(page: str) -> str:
    _, found, after = page.partition('id="v-no"')
    return after[: after.index('id="v-others"')] if found else ""


def test_the_book_is_asked_once_for_all_programmes(packs, house, django_assert_num_queries):
    person_id = house.viewers[Role.WORKER].person_id
    with django_assert_num_queries(1):
        used = published.used_by_person(packs, person_id=person_id, household_id=1, day=TODAY)
    assert set(used["special-grant"]) == {"person_year", "household_year"}
    assert "warmth-fund" not in used  # one of its caps is for an event


def test_a_worker_who_only_looks_leaves_no_trace(packs, house, signed_in):
    worker = signed_in(house.viewers[Role.WORKER])
    before = _events()
    page = worker.post(reverse("member:find"), {"go": "start", "area": AREA}).content.decode()
    worker.post(reverse("member:find"), {**fields(page), "go": "results"})
    assert _events() == before


def _events() -> int:
    from niangjia.apps.audit.models import AuditEvent

    return AuditEvent.objects.count()


# — the officer's trial —


def test_an_officer_types_facts_and_reads_every_rule_beside_them(packs, house, signed_in):
    officer = signed_in(house.viewers[Role.COUNTY])
    card = next(one for one in published.list_published(asof=TODAY) if one.pack.id == "graded-aid").card
    address = reverse("officer:try_out", args=[card.id])
    html = officer.get(address).content.decode()
    assert faults(html) == []
    filled = officer.get(address + "?example=1").content.decode()
    assert faults(filled) == [] and "每条规则" in filled and "最近的改变" in filled
    before = _events()
    sent = {"asof": "2023-10-31", "area": AREA, **{f"f-{name}": value for name, value in GRADED.items()}, "f-verification_outcome": "V1", "f-low_income_standard": "1000", "f-goods_value": "0", "f-has_confirmed_trigger": "no"}  # fmt: skip
    answer_page = officer.post(address, sent).content.decode()
    assert "深度困难" in answer_page and "36,000.00" in answer_page
    capped = officer.post(address, {**sent, "u-household_year": "59000"}).content.decode()
    assert "1,000.00" in capped
    wrong = officer.post(address, {**sent, "f-household_size": "many"})
    assert wrong.status_code == 422 and "is-invalid" in wrong.content.decode()
    nothing = officer.post(address, {"asof": "2023-10-31"}).content.decode()
    assert "还不知道" in nothing
    assert _events() == before


def test_amounts_are_decimal():
    facts = policy.load_vocabulary(programs_folder()).facts
    assert value_of(facts["income_12m"], "0.1") == Decimal("0.1")


def test_who_is_signed_in_reads_the_numbers_of_their_own_county(packs, house, signed_in):
    """A programme of the province that waits for a number the county has set is in force for the county's workers."""
    name = "migrant-education-subsidy"
    ParameterValue.objects.filter(pack_id=name).update(area=AREA)
    Catalogue.objects.all().delete()  # changed without its action: nothing is remembered of it
    address = reverse("public:program", args=["33", name])
    worker = signed_in(house.viewers[Role.WORKER])
    assert "本地还没有生效" in get(address)
    assert "本地还没有生效" not in worker.get(address).content.decode()
    assert f"{address}?area={AREA}" in worker.get(reverse("public:programs")).content.decode()
    assert f"{address}?area={AREA}" in worker.get(reverse("member:apply_for", args=[name])).content.decode()


def test_a_worker_keeps_their_own_frame_on_the_pages_of_programmes(packs, house, signed_in):
    worker = signed_in(house.viewers[Role.WORKER])
    for address in (reverse("public:programs"), reverse("public:program", args=[AREA, "special-grant"])):
        html = worker.get(address).content.decode()
        assert 'class="tabs"' in html and faults(html) == [], address
        assert 'class="tabs"' not in get(address)
