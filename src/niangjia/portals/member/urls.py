from django.urls import path

from niangjia.portals.member import finding, mine

app_name = "member"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("find/", finding.find, name="find"),
    path("apply/", mine.apply, name="apply"),
    path("matters/<int:case_id>/object/", mine.object_to, name="object"),
    path("matters/<int:case_id>/withdraw/", mine.withdraw, name="withdraw"),
    path("objections/<int:grievance_id>/", mine.objection, name="objection"),
    path("consent/", mine.consent, name="consent"),
]
