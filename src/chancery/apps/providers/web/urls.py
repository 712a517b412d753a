"""Addresses of the providers room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.providers.web import views

app_name = "providers"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<str:professional_id>/", views.person, name="person"),
]
