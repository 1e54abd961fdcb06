"""What a case tells the packs: the vocabulary's names, from findings, files and the standard. What is not known is left out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from niangjia.apps.cases import forms
from niangjia.apps.cases.models import Case, Finding, HardshipFile
from niangjia.apps.cases.types import CONFIRMING, Outcome
from niangjia.apps.programs import queries as programs


def of_finding(case: Case, finding: Finding) -> dict[str, Any]:
    """What a verification established."""
    form = finding.visit.form
    facts: dict[str, Any] = {
        "verification_outcome": finding.outcome,
        "has_check_authorisation": bool(form.get("authorisation_no")) if form else None,
        "has_confirmed_trigger": finding.outcome in (*CONFIRMING, Outcome.V3),
    }
    if form:
        facts["household_size"] = form["people"]
        facts["income_12m"] = forms.total(form["income_items"])
        facts["rigid_spending_12m"] = forms.total(form.get("rigid_items", []))
    return facts


def of_file(case: Case, file: HardshipFile, now: datetime) -> dict[str, Any]:
    """
    What the file's form and the finding behind it say, and the local standard of today.

    Raises:
        MissingStandard: nobody has said what the standard is in that area on that day.
    """
    form = file.form
    facts: dict[str, Any] = {
        "verification_outcome": case.outcome,
        "has_check_authorisation": bool(form.get("authorisation_no")),
        "has_confirmed_trigger": case.outcome in (*CONFIRMING, Outcome.V3),
        "household_size": form["people"],
        "income_12m": Decimal(form["annual_total"]),
        "rigid_spending_12m": Decimal(form["rigid_total"]),
        "low_income_standard": programs.get_standard(case.area, asof=timezone.localdate(now)),
    }
    # Goods are proposed by the officer who decides the tier; none proposed is none, not unknown.
    facts["goods_value"] = Decimal("0.00")
    for name in forms.COST_FACTS:
        if name in form:
            facts[name] = Decimal(form[name])
    if "chosen_item" in form:
        facts["chosen_item"] = form["chosen_item"]
    return facts
