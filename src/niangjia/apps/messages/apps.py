from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "niangjia.apps.messages"
    label = "house_messages"  # Django's own notices at the head of a page are `messages`
    verbose_name = "消息"
