"""Addresses of the interface itself."""

from __future__ import annotations

from django.urls import path

from chancery.interface.shell.preferences import keep_preferences

app_name = "interface"
urlpatterns = [path("preferences/", keep_preferences, name="preferences")]
