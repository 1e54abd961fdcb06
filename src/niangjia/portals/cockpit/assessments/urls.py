from django.urls import path

from niangjia.portals.cockpit.assessments import adjusting, rounds, rows, sheets, taking

app_name = "assessments"
urlpatterns = [
    path("", sheets.everything, name="all"),
    path("published/<int:publication_id>/", sheets.publication, name="publication"),
    path("published/<int:publication_id>/export/", taking.export_publication, name="export_publication"),
    path("published/<int:publication_id>/withdraw/", sheets.withdraw, name="withdraw"),
    path("published/<int:publication_id>/<int:org_id>/", sheets.published_union, name="published_union"),
    path("published/<int:publication_id>/<int:org_id>/<slug:item_id>/", rows.published_rows, name="published_rows"),
    path("evidence/<slug:kind>/<int:row_id>/<slug:key>/", adjusting.evidence, name="evidence"),
    path("points/<int:adjustment_id>/confirm/", adjusting.confirm, name="confirm"),
    path("sheets/<slug:sheet_id>/", sheets.sheet, name="sheet"),
    path("sheets/<slug:sheet_id>/export/", taking.export_sheet, name="export_sheet"),
    path("sheets/<slug:sheet_id>/publish/", sheets.publish, name="publish"),
    path("sheets/<slug:sheet_id>/points/", adjusting.adjust, name="adjust"),
    path("sheets/<slug:sheet_id>/points/send/", adjusting.send, name="send_points"),
    path("sheets/<slug:sheet_id>/<int:org_id>/", sheets.union, name="union"),
    path("sheets/<slug:sheet_id>/<int:org_id>/<slug:item_id>/", rows.rows, name="rows"),
    path("rounds/", rounds.everything, name="rounds"),
    path("rounds/begin/", rounds.begin, name="begin"),
    path("rounds/begin/send/", rounds.send, name="send_round"),
    path("rounds/<int:round_id>/", rounds.one_round, name="round"),
    path("rounds/looks/<int:look_id>/", rounds.look, name="look"),
    path("rounds/looks/<int:look_id>/note/", rounds.note, name="note"),
    path("rounds/looks/<int:look_id>/ask/", rounds.ask, name="ask"),
    path("rounds/corrections/<int:correction_id>/", rounds.correction, name="correction"),
]
