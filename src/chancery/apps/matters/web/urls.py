"""Addresses of the matters room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.matters.web import views

app_name = "matters"
urlpatterns = [path("matters/", views.matter_list, name="list")]
