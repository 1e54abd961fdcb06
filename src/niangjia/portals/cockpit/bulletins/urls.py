from django.urls import path

from niangjia.portals.cockpit.bulletins import drafting, editing, reading, steps

app_name = "bulletins"
urlpatterns = [
    path("", reading.bulletins, name="all"),
    path("begin/", drafting.begin, name="begin"),
    path("draft/", drafting.draft, name="draft"),
    path("<int:bulletin_id>/", reading.bulletin, name="bulletin"),
    path("<int:bulletin_id>/edit/", editing.edit, name="edit"),
    path("<int:bulletin_id>/save/", editing.save, name="save"),
    path("<int:bulletin_id>/history/", reading.history, name="history"),
    path("<int:bulletin_id>/review/", steps.review, name="review"),
    path("<int:bulletin_id>/issue/", steps.issue, name="issue"),
    path("<int:bulletin_id>/withdraw/", steps.withdraw, name="withdraw"),
    path("<int:bulletin_id>/download/", steps.download, name="download"),
]
