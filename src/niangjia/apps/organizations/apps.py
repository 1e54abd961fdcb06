from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "niangjia.apps.organizations"
    verbose_name = "工会组织"
