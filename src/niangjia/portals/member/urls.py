from django.urls import path

from niangjia.portals.member import applying, data, finding, following, mine, objecting

app_name = "member"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("find/", finding.find, name="find"),
    path("apply/", mine.apply, name="apply"),
    path("matters/<int:case_id>/object/", mine.object_to, name="object"),
    path("matters/<int:case_id>/withdraw/", mine.withdraw, name="withdraw"),
    path("objections/<int:grievance_id>/", mine.objection, name="objection"),
    path("programs/<slug:program>/apply/", applying.start, name="apply_for"),
    path("drafts/<int:draft_id>/", applying.steps, name="draft"),
    path("drafts/<int:draft_id>/register/", applying.register, name="draft_register"),
    path("drafts/<int:draft_id>/ask/<slug:name>/", applying.question, name="draft_ask"),
    path("drafts/<int:draft_id>/papers/<slug:code>/", applying.paper, name="draft_paper"),
    path("drafts/<int:draft_id>/papers/<slug:code>/files/", applying.upload, name="draft_upload"),
    path("drafts/<int:draft_id>/files/<str:key>/", applying.open_file, name="draft_file"),
    path("drafts/<int:draft_id>/check/", applying.check, name="draft_check"),
    path("drafts/<int:draft_id>/drop/", applying.drop, name="draft_drop"),
    path("applications/<int:matter_id>/", following.application, name="application"),
    path("applications/<int:matter_id>/files/<str:key>/", following.open_file, name="application_file"),
    path("applications/<int:matter_id>/receipt/", following.receipt, name="application_receipt"),
    path("applications/<int:matter_id>/go-on/", following.go_on, name="application_go_on"),
    path("applications/<int:matter_id>/rate/", following.rate, name="application_rate"),
    path("applications/<int:matter_id>/withdraw/", following.withdraw, name="application_withdraw"),
    path("applications/<int:matter_id>/object/", objecting.object_to, name="object_application"),
    path("applications/objections/<int:objection_id>/", objecting.objection, name="application_objection"),
    path("applications/objections/<int:objection_id>/files/", objecting.upload, name="objection_upload"),
    path("applications/objections/<int:objection_id>/files/<str:key>/", objecting.open_file, name="objection_file"),
    path("data/", data.data, name="data"),
    path("data/correct/", data.correct, name="correct"),
    path("data/corrections/<int:correction_id>/withdraw/", data.withdraw_correction, name="withdraw_correction"),
    path("data/consents/", data.consents, name="consents"),
    path("data/views/", data.views, name="views"),
    path("data/copy/", data.copy, name="copy"),
    path("consent/", data.consent, name="consent"),
]
