from django.urls import path

from niangjia.portals.cockpit.figures import taking, views

app_name = "cockpit"
urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("<slug:panel>/", views.panel, name="panel"),
    path("<slug:panel>/export/", taking.export_panel, name="export_panel"),
    path("rows/<slug:figure>/", views.rows, name="rows"),
    path("rows/<slug:figure>/export/", taking.export_rows, name="export_rows"),
]
