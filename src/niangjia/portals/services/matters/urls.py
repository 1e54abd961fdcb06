from django.urls import path

from niangjia.portals.services.matters import counting, filling, opening, rating, registering, reporting

app_name = "matters"
urlpatterns = [
    path("matters/", reporting.kinds, name="kinds"),
    path("matters/receipt/", reporting.follow, name="follow"),
    path("matters/receipt/photos/", reporting.add_photos, name="add_photos"),
    path("matters/rate/", rating.rate, name="rate"),
    path("matters/<slug:area>/<slug:program>/", reporting.report, name="report"),
    path("me/matters/for/", filling.for_family, name="for_family"),
    path("me/matters/for/<int:person_id>/<slug:program>/", filling.fill_for_family, name="fill_for_family"),
    path("desk/matters/", opening.kinds, name="desk"),
    path("desk/matters/counts/", counting.counts, name="counts"),
    path("desk/matters/registers/<slug:program>/", registering.register, name="register"),
    path("desk/matters/registers/<slug:program>/export/", registering.export_register, name="export_register"),
    path("desk/matters/codes/<slug:program>/", opening.code, name="code"),
    path("desk/matters/new/<slug:program>/", opening.new, name="new"),
    path("desk/matters/new/<slug:program>/roster/", opening.look_at_roster, name="roster"),
    path("desk/matters/new/<slug:program>/roster/template/", opening.roster_template, name="roster_template"),
    path("desk/matters/new/<slug:program>/roster/take/<str:number>/", opening.take_roster, name="roster_take"),
    path("desk/matters/new/<slug:program>/roster/marked/<str:number>/", opening.roster_marked, name="roster_marked"),
    path("desk/matters/for/", filling.for_worker, name="for_worker"),
    path("desk/matters/for/<int:person_id>/", filling.choose, name="choose"),
    path("desk/matters/for/<int:person_id>/<slug:program>/", filling.fill_for_worker, name="fill_for_worker"),
    path("desk/matters/<int:matter_id>/attest/", filling.attest, name="attest"),
]
