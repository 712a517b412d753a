"""Addresses of the compliance room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.compliance.web import views

app_name = "compliance"
urlpatterns = [
    path("conflicts/", views.conflict_list, name="conflicts"),
    path("conflicts/<str:check_id>/", views.conflict_page, name="conflict"),
    path("walls/", views.wall_list, name="walls"),
    path("walls/<str:wall_id>/lower/", views.lower, name="wall_lower"),
]
