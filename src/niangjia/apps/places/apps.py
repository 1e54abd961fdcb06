from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "niangjia.apps.places"
    verbose_name = "阵地场所"
