from django.urls import path

from niangjia.portals.services.places import acting, exchanging, measuring, officer, public, running, writing

app_name = "places"
urlpatterns = [
    path("places/", public.register, name="register"),
    path("places/near/", public.near, name="near"),
    path("places/<slug:number>/", public.place, name="place"),
    path("places/<slug:number>/photos/<slug:key>/", public.photo, name="photo"),
    path("desk/places/", officer.desk, name="desk"),
    path("desk/places/export/", officer.export_places, name="export"),
    path("desk/places/new/", writing.new, name="new"),
    path("desk/places/kinds/<slug:kind>/", measuring.kind_page, name="kind"),
    path("desk/places/exchanges/", exchanging.exchanges, name="exchanges"),
    path("desk/places/exchanges/new/", exchanging.pair, name="pair"),
    path("desk/places/exchanges/outside/", exchanging.pair_outside, name="pair_outside"),
    path("desk/places/exchanges/<int:pairing_id>/confirm/", exchanging.confirm, name="confirm_pairing"),
    path("desk/places/exchanges/<int:pairing_id>/decline/", exchanging.decline, name="decline_pairing"),
    path("desk/places/exchanges/<int:pairing_id>/count/", exchanging.count, name="count"),
    path("desk/places/exchanges/<int:pairing_id>/end/", exchanging.end, name="end_pairing"),
    path("desk/places/<int:place_id>/", officer.place, name="desk_place"),
    path("desk/places/<int:place_id>/edit/", writing.edit, name="edit"),
    path("desk/places/<int:place_id>/hand-over/", acting.hand_over, name="hand_over"),
    path("desk/places/<int:place_id>/measures/", measuring.record, name="measure"),
    path("desk/places/<int:place_id>/projects/", running.start, name="start_project"),
    path("desk/places/<int:place_id>/projects/<int:project_id>/", running.change, name="change_project"),
    path("desk/places/<int:place_id>/projects/<int:project_id>/check/", running.check, name="check_project"),
    path("desk/places/<int:place_id>/photos/", writing.photos, name="photos"),
    path("desk/places/<int:place_id>/photos/<slug:key>/", officer.photo, name="desk_photo"),
    path("desk/places/<int:place_id>/steps/<slug:step>/", acting.act, name="act"),
]
