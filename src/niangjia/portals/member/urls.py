from django.urls import path

from niangjia.portals.member import data, finding, mine

app_name = "member"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("find/", finding.find, name="find"),
    path("apply/", mine.apply, name="apply"),
    path("matters/<int:case_id>/object/", mine.object_to, name="object"),
    path("matters/<int:case_id>/withdraw/", mine.withdraw, name="withdraw"),
    path("objections/<int:grievance_id>/", mine.objection, name="objection"),
    path("data/", data.data, name="data"),
    path("data/correct/", data.correct, name="correct"),
    path("data/corrections/<int:correction_id>/withdraw/", data.withdraw_correction, name="withdraw_correction"),
    path("data/consents/", data.consents, name="consents"),
    path("data/views/", data.views, name="views"),
    path("data/copy/", data.copy, name="copy"),
    path("consent/", data.consent, name="consent"),
]
