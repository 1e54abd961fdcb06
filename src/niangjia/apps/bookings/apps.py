from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "niangjia.apps.bookings"
    verbose_name = "预约报名"
