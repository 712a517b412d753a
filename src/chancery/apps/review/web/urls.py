"""Addresses of the review room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.review.web import views

app_name = "review"
urlpatterns = [
    path("review/", views.queue, name="queue"),
    path("review/next/", views.start_next, name="next"),
    path("review/batches/<str:batch_id>/", views.desk, name="desk"),
    path("review/batches/<str:batch_id>/documents/<str:document_id>/", views.desk, name="desk_document"),
    path("review/batches/<str:batch_id>/documents/<str:document_id>/code/", views.code, name="code"),
    path("review/batches/<str:batch_id>/documents/<str:document_id>/undo/", views.undo, name="undo"),
    path("review/batches/<str:batch_id>/focus/", views.focus, name="focus"),
    path("matters/<str:matter_id>/review/", views.control, name="control"),
    path("matters/<str:matter_id>/review/second-look/", views.second_look, name="second_look"),
]
