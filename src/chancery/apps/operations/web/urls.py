"""Addresses of the operations room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.operations.web import catalogue, clocks, quality, quotes, requests, signoffs, work

app_name = "operations"
urlpatterns = [
    path("catalogue/", catalogue.service_list, name="catalogue"),
    path("catalogue/<slug:service_id>/", catalogue.service_page, name="service"),
    path("catalogue/<slug:service_id>/edit/", catalogue.edit, name="service_edit"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/new/<slug:service_id>/", requests.new, name="request_new"),
    path("requests/<str:request_id>/", requests.request_page, name="request"),
    path("requests/<str:request_id>/decide/", requests.decide, name="request_decide"),
    path("requests/<str:request_id>/grade/", requests.override, name="request_grade"),
    path("quotes/<str:quote_id>/", quotes.quote_page, name="quote"),
    path("quotes/<str:quote_id>/accept/", quotes.accept, name="quote_accept"),
    path("quotes/<str:quote_id>/decline/", quotes.decline, name="quote_decline"),
    path("work/", work.work_list, name="work"),
    path("work/board/", work.board_page, name="board"),
    path("work/reassign/", work.reassign_chosen, name="work_reassign"),
    path("work/<str:work_item_id>/", work.work_page, name="work_item"),
    path("work/<str:work_item_id>/start/", work.start, name="work_start"),
    path("work/<str:work_item_id>/complete/", work.complete, name="work_complete"),
    path("work/<str:work_item_id>/give/", work.give, name="work_give"),
    path("work/<str:work_item_id>/cancel/", work.cancel, name="work_cancel"),
    path("matters/<str:matter_id>/clock/", clocks.clock_page, name="clock"),
    path("matters/<str:matter_id>/clock/pause/", clocks.pause, name="clock_pause"),
    path("matters/<str:matter_id>/clock/resume/", clocks.resume, name="clock_resume"),
    path("samples/<str:sample_id>/", quality.sample_page, name="sample"),
    path("samples/<str:sample_id>/waive/", quality.waive, name="sample_waive"),
    path("samples/<str:sample_id>/<str:subject_id>/", quality.resolve, name="sample_resolve"),
    path("checklists/<str:checklist_id>/", quality.checklist_page, name="checklist"),
    path("checklists/<str:checklist_id>/<slug:key>/", quality.tick_point, name="checklist_tick"),
    path("sign-offs/", signoffs.sign_off_list, name="sign_offs"),
    path("sign-offs/<str:sign_off_id>/", signoffs.sign_off_page, name="sign_off"),
    path("sign-offs/<str:sign_off_id>/sign/", signoffs.sign, name="sign_off_sign"),
    path("sign-offs/<str:sign_off_id>/refuse/", signoffs.refuse, name="sign_off_refuse"),
]
