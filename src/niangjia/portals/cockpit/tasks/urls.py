from django.urls import path

from niangjia.portals.cockpit.tasks import listing, reading, setting, stepping

app_name = "tasks"
urlpatterns = [
    path("", reading.tasks, name="all"),
    path("board/", reading.board, name="board"),
    path("export/", listing.export_tasks, name="export"),
    path("board/export/", listing.export_board, name="export_board"),
    path("new/", setting.new, name="new"),
    path("new/send/", setting.send, name="send"),
    path("<int:task_id>/", reading.task, name="task"),
    path("<int:task_id>/change/", setting.change, name="change"),
    path("<int:task_id>/change/send/", setting.send_change, name="send_change"),
    path("<int:task_id>/step/", stepping.step, name="step"),
    path("<int:task_id>/evidence/<slug:key>/", reading.evidence, name="evidence"),
]
