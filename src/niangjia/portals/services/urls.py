from django.urls import include, path

urlpatterns = [
    path("", include("niangjia.portals.services.contests.urls")),
    path("", include("niangjia.portals.services.matters.urls")),
    path("", include("niangjia.portals.services.bookings.urls")),
    path("", include("niangjia.portals.services.volunteers.urls")),
    path("", include("niangjia.portals.services.places.urls")),
]
