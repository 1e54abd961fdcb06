from django.urls import path

from niangjia.portals.cockpit.tasks import reading, setting, stepping

app_name = "tasks"
urlpatterns = [
    path("", reading.tasks, name="all"),
    path("board/", reading.board, name="board"),
    path("new/", setting.new, name="new"),
    path("new/send/", setting.send, name="send"),
    path("<int:task_id>/", reading.task, name="task"),
    path("<int:task_id>/change/", setting.change, name="change"),
    path("<int:task_id>/change/send/", setting.send_change, name="send_change"),
    path("<int:task_id>/step/", stepping.step, name="step"),
    path("<int:task_id>/evidence/<slug:key>/", reading.evidence, name="evidence"),
]
