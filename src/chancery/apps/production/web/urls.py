"""Addresses of the production room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.production.web import handover, logs, views

app_name = "production"
urlpatterns = [
    path("matters/<str:matter_id>/productions/", views.production_list, name="list"),
    path("matters/<str:matter_id>/productions/prepare/", views.prepare, name="prepare"),
    path("productions/<str:production_id>/", views.production_page, name="production"),
    path("productions/<str:production_id>/submit/", views.submit, name="submit"),
    path("productions/<str:production_id>/tick/<slug:key>/", views.tick_point, name="tick"),
    path("productions/<str:production_id>/progress/", views.progress, name="progress"),
    path("productions/<str:production_id>/link/", handover.link, name="link"),
    path("productions/<str:production_id>/log/", logs.log, name="log"),
    path("productions/<str:production_id>/log.csv", logs.log_file, name="log_csv"),
    path("download/<str:token>/", handover.download, name="download"),
]
