"""Addresses of the search room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.search.web import terms, views

app_name = "search"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggestions/", views.suggest, name="suggestions"),
    path("matters/<str:matter_id>/search/", views.search, name="matter"),
    path("matters/<str:matter_id>/search/keep/", views.keep, name="keep"),
    path("matters/<str:matter_id>/search/terms/", terms.terms, name="terms"),
    path("searches/<str:search_id>/drop/", views.drop, name="drop"),
]
