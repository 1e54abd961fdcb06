from django.urls import path

from niangjia.portals.cockpit.targets import dividing, figures, programmes, rows, stating

app_name = "targets"
urlpatterns = [
    path("", programmes.programmes, name="all"),
    path("statements/<int:statement_id>/withdraw/", stating.withdraw, name="withdraw"),
    path("statements/<int:statement_id>/<slug:key>/", stating.paper, name="paper"),
    path("<slug:programme_id>/", programmes.programme, name="programme"),
    path("<slug:programme_id>/export/", programmes.export, name="export"),
    path("<slug:programme_id>/<slug:indicator_id>/", figures.indicator, name="indicator"),
    path("<slug:programme_id>/<slug:indicator_id>/export/", figures.export, name="export_unions"),
    path("<slug:programme_id>/<slug:indicator_id>/rows/", rows.rows, name="rows"),
    path("<slug:programme_id>/<slug:indicator_id>/rows/export/", rows.export, name="export_rows"),
    path("<slug:programme_id>/<slug:indicator_id>/shares/", dividing.divide, name="divide"),
    path("<slug:programme_id>/<slug:indicator_id>/shares/set/", dividing.set_shares, name="set_shares"),
    path("<slug:programme_id>/<slug:indicator_id>/state/", stating.state, name="state"),
    path("<slug:programme_id>/<slug:indicator_id>/state/send/", stating.send, name="send_statement"),
]
