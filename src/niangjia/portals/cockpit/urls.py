from django.urls import include, path

urlpatterns = [
    path("desk/audit/", include("niangjia.portals.cockpit.desk.urls")),
    path("desk/assessments/", include("niangjia.portals.cockpit.assessments.urls")),
    path("desk/tasks/", include("niangjia.portals.cockpit.tasks.urls")),
    path("desk/bulletins/", include("niangjia.portals.cockpit.bulletins.urls")),
    path("desk/targets/", include("niangjia.portals.cockpit.targets.urls")),
    path("cockpit/", include("niangjia.portals.cockpit.figures.urls")),
]
