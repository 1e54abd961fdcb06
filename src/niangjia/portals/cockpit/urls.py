from django.urls import include, path

urlpatterns = [
    path("cockpit/", include("niangjia.portals.cockpit.figures.urls")),
]
