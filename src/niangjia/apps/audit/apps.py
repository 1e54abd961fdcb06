from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "niangjia.apps.audit"
    verbose_name = "审计"
