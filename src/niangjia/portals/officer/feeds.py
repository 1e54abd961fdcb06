"""Feeds' health: each feed against what its owner promised, and what the next list still waits for."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.apps.alerts import queries as alerts
from niangjia.jobs import feed_health
from niangjia.kernel.problems import Refusal
from niangjia.portals.design.pages import page
from niangjia.portals.design.requests import PageRequest
from niangjia.portals.design.showing import deployment, show
from niangjia.portals.design.tags import say, trigger_title


class NoSuchFeed(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有声明这种数据。请从数据健康页选择。", "No such feed is declared. Choose one on the page of feeds."
        )


@page("organizations.manage")
def feeds(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    lines = feed_health.list_feeds(deployment(), now=now)
    month, waiting = feed_health.next_month(lines, now=now)
    return show(request, "officer/feeds.html", {"lines": lines, "month": month, "waiting": waiting})


@page("organizations.manage", shown_on=feeds)
def feed(request: PageRequest, name: str) -> HttpResponse:
    """One feed: its months, why rows were set aside, who reads it."""
    line = next(
        (one for one in feed_health.list_feeds(deployment(), now=timezone.now()) if one.feed.name == name), None
    )
    if line is None:
        raise NoSuchFeed
    said = alerts.trigger_words(line.last) if line.last else {}
    context = {
        "line": line,
        "triggers": {code: trigger_title(say(words)) for code, words in said.items()},
        "readers": [
            (_("缺了就无法判断"), line.needed_by),
            (_("缺了部分家庭无法判断"), line.unsure_by),
            (_("缺了只降可信度"), line.read_by),
        ],
    }
    return show(request, "officer/feed.html", context)
