from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "niangjia.apps.matters"
    label = "matters"
