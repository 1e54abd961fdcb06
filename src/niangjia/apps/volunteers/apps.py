from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    name = "niangjia.apps.volunteers"
    verbose_name = "志愿与岗位对接"
