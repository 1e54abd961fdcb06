from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "niangjia.apps.funds"
    label = "funds"
    verbose_name = "专项资金 Funds"
    default_auto_field = "django.db.models.BigAutoField"
