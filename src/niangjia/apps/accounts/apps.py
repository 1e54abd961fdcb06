from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "niangjia.apps.accounts"
    verbose_name = "账户与岗位"
