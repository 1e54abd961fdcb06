from django.urls import path

from niangjia.portals.cockpit.figures import taking, targets_taking, views

app_name = "cockpit"
urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("<slug:panel>/", views.panel, name="panel"),
    path("<slug:panel>/targets/export/", targets_taking.export_targets, name="export_targets"),
    path("<slug:panel>/export/", taking.export_panel, name="export_panel"),
    path("rows/<slug:figure>/", views.rows, name="rows"),
    path("rows/<slug:figure>/export/", taking.export_rows, name="export_rows"),
]
