from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "niangjia.apps.funds"
    verbose_name = "专项资金"
