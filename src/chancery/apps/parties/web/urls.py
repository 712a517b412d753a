"""Addresses of the parties room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.parties.web import views

app_name = "parties"
urlpatterns = [path("parties/", views.party_list, name="list")]
