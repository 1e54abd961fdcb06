from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "niangjia.apps.targets"
    verbose_name = "目标"
