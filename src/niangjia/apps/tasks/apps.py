from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "niangjia.apps.tasks"
    verbose_name = "任务清单"
