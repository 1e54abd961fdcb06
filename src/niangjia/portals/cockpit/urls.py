from django.urls import include, path

urlpatterns = [
    path("desk/audit/", include("niangjia.portals.cockpit.desk.urls")),
]
