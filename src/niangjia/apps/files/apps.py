from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "niangjia.apps.files"
    verbose_name = "附件"
