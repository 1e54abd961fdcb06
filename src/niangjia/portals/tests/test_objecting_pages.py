"""A worker objects on their page, somebody else answers on theirs, the public objects to a notice."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.files.tests import pictures
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import MatterState
from niangjia.apps.objections.types import GrievanceState
from niangjia.portals.tests import applied


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        applied.lay(built)
    return built


def words_of(response) -> str:
    return response.content.decode()


def test_the_worker_objects_with_a_photo_and_it_waits_for_an_answer(house, signed_in):
    client, laid = signed_in(house.viewers[Role.WORKER]), applied.lay(house)
    assert reverse("member:object_application", args=[laid.refused_id]) in words_of(
        client.get(reverse("member:application", args=[laid.refused_id]))
    )
    sent = {"text": "", "contact": "", "key": uuid.uuid4()}
    address = reverse("member:object_application", args=[laid.refused_id])
    assert client.post(address, sent).status_code == 422
    photo = SimpleUploadedFile("a.jpg", pictures.jpeg(), "image/jpeg")
    response = client.post(address, sent | {"text": "收据上是我的名字", "papers": photo}, follow=True)
    said = words_of(response)
    assert response.status_code == 200 and "收据上是我的名字" in said and "还在核查" in said
    (objection,) = queries.get_details(house.viewers[Role.WORKER], laid.refused_id, now=house.desk.now).objections
    assert (
        objection.state is GrievanceState.OPEN and queries.get_objection(house.viewers[Role.WORKER], objection.id).files
    )
    assert client.get(address).status_code == 302, "one at a time: back to the one that waits"


def test_somebody_else_answers_and_what_was_typed_stays_where_it_is_refused(house, signed_in):
    laid = applied.lay(house)
    address = reverse("officer:objection", args=[laid.objection_id])
    sent = {"verdict": "upheld", "answer": "收据经核对是本人的。"}
    refused = signed_in(house.desk.town.county).post(address, sent)
    assert refused.status_code == 409 and "收据经核对是本人的。" in words_of(refused)
    assert "没有办理过" in words_of(refused)
    response = signed_in(house.desk.town.county_third).post(address, sent, follow=True)
    assert "已答复" in words_of(response)
    worker = house.viewers[Role.WORKER]
    objection = queries.get_objection(worker, laid.objection_id)
    assert queries.get_card(worker, objection.matter_id).state is MatterState.AT_WORK
    own = words_of(signed_in(worker).get(reverse("member:application_objection", args=[laid.objection_id])))
    assert "收据经核对是本人的。" in own and "重新办理" in own


def test_the_list_of_objections_is_for_who_may_answer_and_the_workbench_counts_them(house, signed_in):
    client = signed_in(house.desk.town.county)
    number = queries.get_objection(house.desk.town.county, applied.lay(house).objection_id).number
    assert number in words_of(client.get(reverse("officer:objections")))
    assert "1 件申请的异议待答复" in words_of(client.get(reverse("officer:workbench")))
    assert signed_in(house.desk.town.township).get(reverse("officer:objections")).status_code == 403
