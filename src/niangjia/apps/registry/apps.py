from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "niangjia.apps.registry"
    verbose_name = "人员与家庭"
