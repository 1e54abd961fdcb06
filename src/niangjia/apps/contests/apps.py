from django.apps import AppConfig


class ContestsConfig(AppConfig):
    name = "niangjia.apps.contests"
    verbose_name = "竞赛评选"
