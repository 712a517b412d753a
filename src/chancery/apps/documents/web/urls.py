"""Addresses of the documents room."""

from __future__ import annotations

from django.urls import path

from chancery.apps.documents.web import (
    accounts,
    acts,
    collecting,
    comparing,
    groups,
    inventory,
    lists,
    planning,
    repairing,
    rules,
    scans,
    viewing,
)

app_name = "documents"
urlpatterns = [
    path("matters/<str:matter_id>/documents/", lists.document_list, name="list"),
    path("matters/<str:matter_id>/documents/export/", lists.export_list, name="export_list"),
    path("matters/<str:matter_id>/documents/acts/", acts.changes, name="changes"),
    path("matters/<str:matter_id>/documents/acts/<slug:act>/", acts.act, name="act"),
    path("matters/<str:matter_id>/documents/changes/<str:change_id>/undo/", acts.undo, name="undo"),
    path("matters/<str:matter_id>/documents/views/", lists.keep_view, name="keep_view"),
    path("matters/<str:matter_id>/documents/views/<str:view_id>/forget/", lists.forget_view, name="forget_view"),
    path("matters/<str:matter_id>/collect/", collecting.collect, name="collect"),
    path("matters/<str:matter_id>/inventory/", inventory.inventory, name="inventory"),
    path("matters/<str:matter_id>/inventory/custody/", inventory.custody, name="custody"),
    path("matters/<str:matter_id>/threads/", groups.threads, name="threads"),
    path("matters/<str:matter_id>/alike/", groups.alike, name="alike"),
    path("matters/<str:matter_id>/scans/", scans.scans, name="scans"),
    path("scans/<str:scan_line_id>/", scans.picture, name="line_picture"),
    path("matters/<str:matter_id>/rules/", rules.rule_sets, name="rules"),
    path("rules/<str:rule_set_id>/", rules.rule_set, name="rule_set"),
    path("rules/<str:rule_set_id>/undo/", rules.undo_rule_set, name="undo_rules"),
    path("rules/<str:rule_set_id>/sample/<slug:rule>/", rules.rule_sample, name="rule_sample"),
    path("sources/<str:source_id>/", planning.plan, name="plan"),
    path("sources/<str:source_id>/check/", planning.check, name="plan_check"),
    path("sources/<str:source_id>/start/", planning.start, name="plan_start"),
    path("sources/<str:source_id>/<slug:part>/", planning.part, name="plan_part"),
    path("collections/<str:collection_id>/", collecting.collection, name="collection"),
    path("collections/<str:collection_id>/close/", collecting.close, name="close_collection"),
    path("matters/<str:matter_id>/processing/", accounts.processing, name="processing"),
    path("matters/<str:matter_id>/processing/<str:job_id>/", accounts.stop, name="stop"),
    path("matters/<str:matter_id>/exceptions/", repairing.exceptions, name="exceptions"),
    path("matters/<str:matter_id>/exceptions/retry/", repairing.retry, name="retry"),
    path("documents/<str:document_id>/", viewing.viewer, name="viewer"),
    path("documents/<str:document_id>/compare/<str:other_id>/", comparing.compare, name="compare"),
    path("documents/<str:document_id>/native/", viewing.native, name="native"),
    path("documents/<str:document_id>/pages/<int:page>/", viewing.page_image, name="page_image"),
    path("documents/<str:document_id>/replace/", repairing.replace, name="replace"),
]
