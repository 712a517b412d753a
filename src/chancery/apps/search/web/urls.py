"""Addresses of the search room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.search.web import views

app_name = "search"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.suggest, name="suggestions"),
    path("matters/<str:matter_id>/search/", views.search, name="matter"),
]
