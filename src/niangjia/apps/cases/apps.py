from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "niangjia.apps.cases"
    label = "cases"
    verbose_name = "个案与档案"
