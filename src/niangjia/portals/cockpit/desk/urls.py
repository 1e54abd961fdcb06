from django.urls import path

from niangjia.portals.cockpit.desk import conflicts, readers, replays, samples

app_name = "auditing"
urlpatterns = [
    path("readers/", readers.readers, name="readers"),
    path("hands/", readers.hands, name="hands"),
    path("samples/", samples.samples, name="samples"),
    path("samples/draw/", samples.draw, name="draw"),
    path("samples/<int:sample_id>/", samples.sample, name="sample"),
    path("samples/<int:sample_id>/judge/", samples.judge, name="judge"),
    path("samples/<int:sample_id>/export/", samples.export, name="export_sample"),
    path("samples/<int:sample_id>/replay/", replays.replay_sample, name="replay_sample"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
    path("conflicts/search/", conflicts.search_conflicts, name="search_conflicts"),
    path("conflicts/look/", conflicts.look_into, name="look_into"),
    path("replays/", replays.replays, name="replays"),
    path("replays/month/", replays.replay_month, name="replay_month"),
    path("replays/<int:decision_id>/", replays.replay, name="replay"),
]
