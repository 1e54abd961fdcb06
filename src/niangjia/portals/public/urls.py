from django.urls import path

from niangjia.portals.public import entering, reading

app_name = "public"
urlpatterns = [
    path("", reading.home, name="home"),
    path("login/", entering.login, name="login"),
    path("logout/", entering.logout, name="logout"),
    path("post/", entering.choose_post, name="post"),
    path("notices/", reading.notices, name="notices"),
    path("notices/<int:notice_id>/object/", reading.object_to_notice, name="object"),
    path("accessibility/", reading.accessibility, name="accessibility"),
    path("design/", reading.components, name="components"),
]
