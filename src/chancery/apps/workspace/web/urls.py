"""Addresses of the workspace room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.workspace.web import administration, palette, tokens, views

app_name = "workspace"
urlpatterns = [
    path("", views.home, name="home"),
    path("palette/", palette.palette, name="palette"),
    path("help/", views.help_page, name="help"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/revoke/", tokens.revoke, name="tokens_revoke"),
    path("administration/people/", administration.people, name="people_admin"),
    path("administration/people/<str:user_id>/", administration.person, name="person_admin"),
    path("jobs/<str:job_id>/", views.job_progress, name="job"),
    path("jobs/<str:job_id>/cancel/", views.job_cancel, name="job_cancel"),
    path("matters/<str:matter_id>/", views.matter_home, name="matter"),
    path("matters/<str:matter_id>/record/", views.matter_record, name="record"),
    path("matters/<str:matter_id>/record/export/", views.record_export, name="record_export"),
    path("record/<str:object_type>/<str:object_id>/", views.object_record, name="object_record"),
]
