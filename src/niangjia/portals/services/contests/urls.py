from django.urls import path

from niangjia.portals.services.contests import (
    jury,
    member,
    officer,
    officer_awards,
    officer_entries,
    public,
    setting_up,
)

app_name = "contests"
urlpatterns = [
    path("contests/", public.contests, name="all"),
    path("contests/<int:contest_id>/", public.contest, name="contest"),
    path("contests/<int:contest_id>/vote/", public.vote, name="vote"),
    path("contests/<int:contest_id>/rounds/<int:place>/", public.result, name="result"),
    path("contests/<int:contest_id>/rounds/<int:place>/sheet.json", public.sheet, name="sheet"),
    path("contests/notices/<int:notice_id>/object/", public.object_to_line, name="object"),
    path("contests/entries/<int:entry_id>/files/<slug:key>/", public.open_file, name="file"),
    path("contests/jury/", jury.seats, name="seats"),
    path("contests/jury/<int:contest_id>/", jury.score_sheet, name="score_sheet"),
    path("contests/jury/<int:contest_id>/declare/", jury.declare, name="declare"),
    path("contests/jury/<int:contest_id>/score/", jury.score, name="score"),
    path("me/contests/", member.mine, name="mine"),
    path("me/contests/enter/<int:contest_id>/", member.enter, name="enter"),
    path("me/contests/<int:entry_id>/", member.entry, name="entry"),
    path("me/contests/<int:entry_id>/withdraw/", member.withdraw, name="withdraw"),
    path("desk/contests/", officer.contests, name="desk"),
    path("desk/contests/new/", setting_up.choose, name="choose"),
    path("desk/contests/new/<slug:pack_id>/", setting_up.set_up, name="set_up"),
    path("desk/contests/<int:contest_id>/", officer.contest, name="run"),
    path("desk/contests/<int:contest_id>/step/", officer.step, name="step"),
    path("desk/contests/<int:contest_id>/jury/", officer.jury, name="jury"),
    path("desk/contests/<int:contest_id>/votes/", officer.votes, name="votes"),
    path("desk/contests/<int:contest_id>/allowances/", officer_awards.allowances, name="allowances"),
    path("desk/contests/<int:contest_id>/nominate/", officer_entries.nominate, name="nominate"),
    path("desk/contests/entries/<int:entry_id>/", officer_entries.entry, name="look"),
    path("desk/contests/entries/<int:entry_id>/check/", officer_entries.check, name="check"),
    path("desk/contests/entries/<int:entry_id>/edit/", officer_entries.edit, name="edit"),
    path("desk/contests/awards/<int:award_id>/", officer_awards.award, name="award"),
    path("desk/contests/objections/<int:objection_id>/", officer_awards.objection, name="objection"),
]
