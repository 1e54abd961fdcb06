from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "niangjia.apps.assessments"
    verbose_name = "考核与督查"
