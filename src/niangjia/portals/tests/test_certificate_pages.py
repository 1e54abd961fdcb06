"""Honours and skill levels on the pages of who keeps them and of whose they are."""

from datetime import date

import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import actions as registry
from niangjia.apps.registry import queries
from niangjia.apps.registry.models import Person, Recognition
from niangjia.apps.registry.types import RecognitionFacts, RecognitionKind

TYPED = {
    "level": "technician", "occupation": "电工", "number": "S000033060001", "given_on": "2021-05-04", "issuer": "省鉴定中心", "reason": "看了原件",
}  # fmt: skip


@pytest.fixture
def whose(house) -> tuple[int, int]:
    """The worker of the house and where they live."""
    person = house.viewers[Role.WORKER].person_id or 0
    home = queries.household_of(person)
    assert home is not None
    Person.objects.filter(pk=person).update(home=house.desk.town["XG"].id)
    return home, person


def test_an_officer_enters_a_certificate_and_the_page_of_the_person_and_the_worker_show_it(house, signed_in, whose):
    home, person = whose
    given = RecognitionFacts(person, RecognitionKind.HONOUR, "gold", "某竞赛金奖", date(2023, 1, 2), house.desk.town["X"].id, "award:7")  # fmt: skip
    registry.enter_recognitions(viewer=house.viewers[Role.COUNTY], rows=[given], now=town.NOW)
    officer, page = signed_in(house.viewers[Role.GRASSROOTS]), reverse("officer:certificates", args=[home, person])
    assert "登记考试取得的证书" in officer.get(page).content.decode()
    refused = officer.post(page, TYPED | {"given_on": ""})
    assert refused.status_code == 422 and "S000033060001" in refused.content.decode(), "nothing typed is lost"
    refused = officer.post(page, TYPED | {"number": "12"})
    assert refused.status_code == 409 and "省鉴定中心" in refused.content.decode()
    for _ in range(2):
        assert officer.post(page, TYPED).status_code == 302
    for html in (
        officer.get(page).content.decode(),
        signed_in(house.viewers[Role.WORKER]).get(reverse("member:data")).content.decode(),
    ):
        assert "技师" in html and "S000033060001" in html and "省鉴定中心" in html
        assert "某竞赛金奖" in html and "新昌县总工会的竞赛评选授予" in html
    assert page in officer.get(reverse("officer:household", args=[home])).content.decode()
    assert Recognition.objects.filter(person=person, number="S000033060001").count() == 1


def test_a_certificate_entered_wrongly_is_taken_down_with_a_reason(house, signed_in, whose):
    home, person = whose
    officer = signed_in(house.viewers[Role.GRASSROOTS])
    page, away = (reverse(name, args=[home, person]) for name in ("officer:certificates", "officer:take_down"))
    officer.post(page, TYPED)
    (card,) = queries.list_recognitions([person])[person]
    assert officer.post(away, {"certificate": card.id, "reason": ""}).status_code == 409
    assert officer.post(away, {"certificate": card.id, "reason": "看错了级别"}).status_code == 302
    assert "S000033060001" not in officer.get(page).content.decode()


def test_who_may_only_read_sees_no_form_and_enters_nothing(house, signed_in, whose):
    home, person = whose
    auditor, page = signed_in(house.viewers[Role.AUDITOR]), reverse("officer:certificates", args=[home, person])
    assert "登记考试取得的证书" not in auditor.get(page).content.decode()
    assert auditor.post(page, TYPED).status_code == 403
    assert not Recognition.objects.filter(person=person).exists()
    assert signed_in(house.desk.town.other_county).get(page).status_code == 404
