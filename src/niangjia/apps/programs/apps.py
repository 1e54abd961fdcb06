from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "niangjia.apps.programs"
    label = "programs"
    verbose_name = "政策与决定"
