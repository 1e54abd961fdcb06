from django.urls import path

from niangjia.portals.public import entering, programs, reading

app_name = "public"
urlpatterns = [
    path("", reading.home, name="home"),
    path("login/", entering.login, name="login"),
    path("logout/", entering.logout, name="logout"),
    path("post/", entering.choose_post, name="post"),
    path("password/", entering.password, name="password"),
    path("notices/", reading.notices, name="notices"),
    path("notices/receipt/", reading.follow_objection, name="receipt"),
    path("notices/<int:notice_id>/object/", reading.object_to_notice, name="object"),
    path("accessibility/", reading.accessibility, name="accessibility"),
    path("programs/", programs.program_list, name="programs"),
    path("programs/find/", programs.find, name="find"),
    path("programs/<slug:area>/<slug:program_id>/", programs.program, name="program"),
    path("design/", reading.components, name="components"),
]
