from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "niangjia.apps.alerts"
    label = "alerts"
    verbose_name = "预警名单"
