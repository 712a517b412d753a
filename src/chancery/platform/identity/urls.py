"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from chancery.platform.identity.views import sign_in

app_name = "identity"
urlpatterns = [path("sign-in/<str:token>/", sign_in, name="sign_in")]
