"""What the page of all pieces shows: every shared piece once, with invented content, in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.cases.queries import NotFound
from niangjia.apps.files.problems import UnreadablePhoto
from niangjia.apps.files.types import JPEG, PDF, FileCard, Owner
from niangjia.kernel.problems import Refusal
from niangjia.portals.design import words
from niangjia.portals.design.county_map import map_of
from niangjia.portals.design.forms import ReasonForm
from niangjia.portals.design.staleness import Change, Stale
from niangjia.portals.design.uploads import UploadField, words_of

TOPICS: dict[object, tuple[str, ...]] = {
    gettext_lazy("岗位与账户"): ("role", "scope", "account_event", "on_or_off", "permission"),
    gettext_lazy("消息"): ("channel", "delivery_state", "trouble", "event"),
    gettext_lazy("组织"): ("level", "union_state", "union_change", "union_column"),
    gettext_lazy("名单"): ("alert_state", "grade", "change", "run_state", "difference", "cause"),
    gettext_lazy("工单"): ("order_state", "order_kind", "order_clock", "order_action", "visit_way"),
    gettext_lazy("个案"): ("case_state", "case_action", "case_turn", "outcome", "tier", "spot_result", "ruling", "grievance", "grievance_about"),
    gettext_lazy("申请与决定"): ("matter_state", "matter_act", "matter_source", "paper_state", "decision", "rule_result"),
    gettext_lazy("资金与发放"): (
        "grant_state", "entitlement", "reservation", "payment", "batch", "adjustment_kind", "adjustment_state", "cause_kind",
    ),
    gettext_lazy("家庭与更正"): ("person_field", "sex", "relation", "purpose", "correction_field", "correction", "field"),
    gettext_lazy("数据"): ("feed_state", "cadence", "set_aside", "batch_report"),
}  # fmt: skip
"""Tables of words by what they are about, in reading order; what is new and stands in none comes last."""


def _words() -> list[tuple[object, list[tuple[str, list[str]]]]]:
    known = {kind for kinds in TOPICS.values() for kind in kinds}
    topics = {**TOPICS, gettext_lazy("其他"): tuple(kind for kind in words.WORDS if kind not in known)}
    return [
        (topic, [(kind, list(words.WORDS[kind])) for kind in kinds if kind in words.WORDS])
        for topic, kinds in topics.items()
        if kinds
    ]


def pieces(request: HttpRequest) -> dict[str, Any]:
    wrong = ReasonForm({"reason": ""})
    wrong.is_valid()
    now = timezone.now()
    return {
        "words": _words(),
        "form": ReasonForm(auto_id="right_%s"),
        "wrong": wrong,
        "uploads": _uploads(),
        "county_map": map_of({"330602": 12, "330624": 31, "330681": 5}, area="330600", unit=_("示例")),
        "stale": Stale([Change(_("示例"), str(words.word("order_action", "FORWARD")[0]), now)]),
        "months": [("2023-08", 8120, 640), ("2023-09", 8317, 702), ("2023-10", 8290, 1204)],
        "rows": Paginator(range(1, 61), 20).get_page(request.GET.get("page", "2")),
        "sample_rows": [("李**", "NEW", Decimal("2000.00")), ("王**", "CONTINUING", Decimal("12345.60")), ("赵**", "RETURNED", None)],
        "amount": Decimal("1234567.80"),
        "now": now,
        "then": now - timedelta(days=1, hours=3),
        "not_allowed": NotAllowed("funds.view"),
        "not_found": NotFound(),
        "no": Refusal(_("这件事已经办结。"), _("这件事已经办结。")),
    }  # fmt: skip


def _uploads() -> list[UploadField]:
    """Empty, with its script (nothing is taken here, and it says so); with a photo and a paper; with what was refused."""
    kept = [
        (
            FileCard(f"{number:032x}", Owner("sample", "1"), "photos", kind, 312_000, width, height, 0, timezone.now()),
            "#",
        )
        for number, kind, width, height in ((1, JPEG, 2000, 1500), (2, PDF, None, None))
    ]
    return [
        UploadField(
            "sample-empty",
            _("现场照片"),
            _("最多 12 张；照片里的拍摄地点会自动去掉。"),
            only_photos=True,
            send_to=reverse("public:components"),
        ),
        UploadField("sample-kept", _("收入证明"), files=kept),
        UploadField("sample-wrong", _("收入证明（有误）"), errors=[words_of(UnreadablePhoto())], is_required=True),
    ]
