from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "niangjia.apps.bulletins"
    verbose_name = "信息通报"
