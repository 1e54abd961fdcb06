from django.urls import path

from niangjia.portals.public import entering, passkeys, programs, reading, safety, tokens

app_name = "public"
urlpatterns = [
    path("", reading.home, name="home"),
    path("login/", entering.login, name="login"),
    path("login/second/", entering.second, name="second"),
    path("login/passkey/", passkeys.enter, name="enter_by_passkey"),
    path("login/passkey/start/", passkeys.start_entering, name="start_entering"),
    path("logout/", entering.logout, name="logout"),
    path("post/", entering.choose_post, name="post"),
    path("password/", entering.password, name="password"),
    path("safety/", safety.safety, name="safety"),
    path("safety/confirm/", safety.confirm, name="confirm"),
    path("safety/app/", safety.totp, name="totp"),
    path("safety/app/remove/", safety.remove_totp, name="remove_totp"),
    path("safety/passkeys/", passkeys.add, name="add_passkey"),
    path("safety/passkeys/start/", passkeys.start_adding, name="start_adding"),
    path("safety/passkeys/<int:passkey_id>/name/", passkeys.rename, name="rename_passkey"),
    path("safety/passkeys/<int:passkey_id>/remove/", passkeys.remove, name="remove_passkey"),
    path("safety/sittings/<int:sitting_id>/end/", safety.end_sitting, name="end_sitting"),
    path("safety/sittings/end/", safety.end_other_sittings, name="end_other_sittings"),
    path("safety/tokens/", tokens.issue, name="tokens"),
    path("safety/tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke_token"),
    path("stay/", entering.stay, name="stay"),
    path("safety/recovery-codes/", safety.recovery_codes, name="recovery_codes"),
    path("notices/", reading.notices, name="notices"),
    path("notices/receipt/", reading.follow_objection, name="receipt"),
    path("notices/<int:notice_id>/object/", reading.object_to_notice, name="object"),
    path("accessibility/", reading.accessibility, name="accessibility"),
    path("programs/", programs.program_list, name="programs"),
    path("programs/find/", programs.find, name="find"),
    path("programs/<slug:area>/<slug:program_id>/", programs.program, name="program"),
    path("theme/", reading.choose_theme, name="theme"),
    path("design/", reading.components, name="components"),
]
