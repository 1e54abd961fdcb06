from django.apps import AppConfig


class WorkordersConfig(AppConfig):
    name = "niangjia.apps.workorders"
    verbose_name = "工单"
