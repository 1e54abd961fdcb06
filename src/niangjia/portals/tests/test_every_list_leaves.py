"""A list of many rows leaves as a workbook, or it is said here why it does not."""

from __future__ import annotations

from pathlib import Path

from niangjia import portals

PORTALS = Path(portals.__file__).parent
STAYS = {
    "assessments/rows.html": "the sheet leaves whole, with the rows of every point",
    "auditing/conflicts.html": "what an auditor looks into is asked for by sample, which leaves",
    "auditing/reads.html": "who read what of whom is looked at, never carried",
    "bookings/campaigns.html": "some dozen lines",
    "bookings/teachers.html": "some dozen lines",
    "bookings/topics.html": "some dozen lines",
    "bookings/tours.html": "some dozen lines",
    "contests/desk.html": "some dozen lines",
    "contests/public_contest.html": "for everybody to read",
    "contests/public_list.html": "for everybody to read",
    "design/components.html": "a sample",
    "member/views.html": "a worker's own, which leaves with their data",
    "officer/coverage_table.html": "a part of the page of coverage, which leaves whole",
    "officer/reconsiderations.html": "what came of them leaves as the list of adjustments",
    "officer/release.html": "what is to be released in a moment is no list to keep",
    "places/register.html": "for everybody to read",
    "public/inbox.html": "one's own messages",
}


def test_every_list_with_pages_leaves_as_a_workbook_or_says_why_not():
    stays = set()
    for file in PORTALS.rglob("templates/**/*.html"):
        text = file.read_text(encoding="utf-8")
        if '"design/pager.html"' in text and "export_form" not in text:
            stays.add("/".join(file.parts[-2:]))
    assert stays == set(STAYS)
