"""Addresses of the spend room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.spend.web import invoices, listing, time

app_name = "spend"
urlpatterns = [
    path("matters/<str:matter_id>/time/", time.time_page, name="time"),
    path("matters/<str:matter_id>/time/enter/", time.enter, name="enter"),
    path("matters/<str:matter_id>/time/gather/", time.gather, name="gather"),
    path("time/<str:entry_id>/", time.entry_page, name="correct"),
    path("invoices/", listing.invoice_list, name="invoices"),
    path("invoices/approve/", listing.approve_chosen, name="approve_chosen"),
    path("invoices/export/", listing.export, name="export"),
    path("invoices/<str:invoice_id>/", invoices.invoice_page, name="invoice"),
    path("invoices/<str:invoice_id>/issue/", invoices.issue, name="issue"),
    path("invoices/<str:invoice_id>/approve/", invoices.approve, name="approve"),
    path("invoices/<str:invoice_id>/pay/", invoices.pay, name="pay"),
    path("invoices/<str:invoice_id>/ledes/", invoices.ledes, name="ledes"),
    path("invoices/<str:invoice_id>/lines/<str:line_id>/", invoices.line_page, name="line"),
    path("invoices/<str:invoice_id>/lines/<str:line_id>/query/", invoices.ask, name="query"),
    path("invoices/<str:invoice_id>/lines/<str:line_id>/answer/<str:query_id>/", invoices.answer, name="answer"),
]
