"""Reading sheets, what was published, and rounds."""

from niangjia.apps.assessments.access import MOST_COMPARED, compared, get_assessor
from niangjia.apps.assessments.pinning import in_words
from niangjia.apps.assessments.problems import NoSuchSheet, NotFound
from niangjia.apps.assessments.queries.published import draft, get_publication, list_adjustments, list_publications
from niangjia.apps.assessments.queries.supervised import (
    corrections_to_count,
    count_living_at,
    find_look_of_task,
    get_correction_look,
    get_look,
    get_round,
    list_evidence,
    list_rounds,
    to_draw_from,
)
from niangjia.apps.assessments.sheets import FOLDER, check_folder, find_item, get_sheet, list_sheets, measure_of
from niangjia.apps.assessments.verification import verify
from niangjia.apps.assessments.words import assessments_schema

__all__ = [
    "FOLDER", "MOST_COMPARED", "NoSuchSheet", "NotFound", "assessments_schema", "check_folder", "compared", "corrections_to_count", "count_living_at",
    "draft", "find_item", "find_look_of_task", "get_assessor", "get_correction_look", "get_look", "get_publication", "get_round", "get_sheet", "in_words", "list_adjustments",
    "list_evidence", "list_publications", "list_rounds", "list_sheets", "measure_of", "to_draw_from", "verify",
]  # fmt: skip
