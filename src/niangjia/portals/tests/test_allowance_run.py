"""Every allowance of a contest that waits, looked at and decided on one page."""

from django.urls import reverse

from niangjia.apps.contests import queries
from niangjia.apps.contests.tests import stage as stages
from niangjia.apps.contests.tests.test_skills_chain import contest, stage  # noqa: F401  the contest of Lanxi

YES = {"f-is_textile_worker": "yes"}


def test_officers_look_first_and_decide_what_they_saw(stage, signed_in):  # noqa: F811
    stage.now = stages.NOW - 90 * stages.DAY
    awards = contest(stage)
    stages.budget(stage, stage.posts["finance"], stage.posts["third"], "skill-allowance", "62000.00")
    client, page = signed_in(stage.posts["second"]), reverse("contests:allowances", args=[stage.contest_id])
    assert page in client.get(reverse("contests:run", args=[stage.contest_id])).content.decode()
    assert "一起决定" not in client.get(page).content.decode().replace("再一起决定", "")
    seen = client.post(page, YES | {"act": "look"}).content.decode()
    assert "1,033.33" in seen and "3,699.99" in seen and "按上面的情况一起决定" in seen
    ticked = YES | {"act": "decide", "award": list(awards.values())}
    stale = client.post(page, ticked | {"seen": "is_textile_worker=no"})
    assert stale.status_code == 200 and "请看过新的结论再办" in stale.content.decode()
    assert not any(one.grants for one in queries.list_awards(stage.posts["second"], stage.contest_id))
    assert client.post(page, ticked | {"seen": "is_textile_worker=yes"}).status_code == 302
    given = [one for one in queries.list_awards(stage.posts["second"], stage.contest_id) if one.grants]
    assert {one.id for one in given} == set(awards.values()), "those that were ticked, no others"
    hand = signed_in(stage.posts["officer"])
    assert "由没有经手的同事来办" in hand.get(page).content.decode()
    assert hand.post(page, ticked | {"seen": "is_textile_worker=yes"}).status_code == 409
