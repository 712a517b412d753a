"""Every address of the program, with the values that stand for its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import get_resolver
from django.urls.resolvers import RegexPattern, URLResolver

from chancery.project.api import api
from isolation.world import Side, rows

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")

# Addresses that carry no client's object. Every other address must be filled by the registry below.
EXEMPT = {
    r"accounts/.*": "sign-in and the own second factors (allauth): they only ever concern the person who asks",
    r"sign-in/.*": "one-use demo links: tested with the sessions",
    r"alive/": "answers that the process runs",
    r"api/openapi\.json": "describes the interface, holds no data",
    r"api/": "describes the interface, holds no data",
    r"people/<str:professional_id>/": "the provider's own people belong to no client; see the role matrix",
    r"catalogue/<slug:service_id>/.*": "the catalogue is the same for every client; see the role matrix",
    r"requests/new/<slug:service_id>/": "the catalogue is the same for every client; see the role matrix",
}


@dataclass(frozen=True)
class Route:
    """One address. pattern: as in the resolver; names: its parameters; methods: what is asked of it."""

    name: str
    pattern: str
    names: tuple[str, ...]
    methods: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why no other client's object can stand behind it; empty if one can."""
        return next((why for form, why in EXEMPT.items() if re.fullmatch(form, self.pattern)), "")

    def path(self, values: dict[str, str]) -> str:
        """Return the address with its parameters filled."""
        return "/" + PARAMETER.sub(lambda found: values[found["name"]], self.pattern)


def operations() -> dict[str, dict[str, Any]]:
    """Return the machine interface: path, then method, then its description."""
    return {path.removeprefix("/"): dict(item) for path, item in api.get_openapi_schema()["paths"].items()}


def routes() -> list[Route]:
    """Return every address the resolver knows, once."""
    described = {re.sub(r"{(\w+)}", r"<\1>", path): item for path, item in operations().items()}
    found: dict[str, Route] = {}
    for name, pattern in _walk(get_resolver(), "", ""):
        methods = tuple(method.upper() for method in described.get(pattern, {})) or ("GET", "POST")
        names = tuple(match["name"] for match in PARAMETER.finditer(pattern))
        found.setdefault(pattern, Route(name, pattern, names, methods))
    return list(found.values())


def _walk(place: Any, prefix: str, space: str) -> Iterator[tuple[str, str]]:
    for item in place.url_patterns:
        pattern = prefix + str(item.pattern).lstrip("^" if isinstance(item.pattern, RegexPattern) else "")
        if isinstance(item, URLResolver):
            yield from _walk(item, pattern, f"{space}{item.namespace}:" if item.namespace else space)
        else:
            yield space + (item.name or ""), pattern


def values_of(side: Side, *, of_matters_only: bool = False) -> dict[str, list[str]]:
    """Return up to three ids of a client for every parameter name; the registry a new parameter must join.

    of_matters_only: leave out what belongs to no matter yet (a wall stands before matters).
    """
    own = {"tenant_id": side.tenant_id}
    in_matter = {**own, "matter_id__isnull": False} if of_matters_only else own
    requests = rows("operations.Request", **in_matter)
    checks = rows("compliance.ConflictCheck", **own, **({"subject_id__in": requests} if of_matters_only else {}))
    items = rows("operations.SampleItem", sample__tenant_id=side.tenant_id)
    memberships = apps.get_model("access.Membership").objects.filter(**own).order_by("pk")
    subjects = [apps.get_model("operations.SampleItem").objects.get(pk=key).subject_id for key in items]
    found = {
        "matter_id": list(side.matter_ids),
        "document_id": _spread(rows("documents.Document", **own)),
        "other_id": _spread(rows("documents.Document", **own)),
        "collection_id": rows("documents.Collection", **own),
        "view_id": rows("documents.SavedView", **own),
        "search_id": rows("search.SavedSearch", **own),
        "scan_line_id": rows("documents.RecognisedLine", document__tenant_id=side.tenant_id),
        "rule_set_id": rows("documents.RuleSet", **own),
        "source_id": rows("documents.Source", **own),
        "change_id": rows("documents.Change", **own),
        "job_id": _spread(rows("jobs.Job", **own)),
        "check_id": checks,
        "user_id": _spread([str(key) for key in memberships.values_list("user_id", flat=True)]),
        "wall_id": rows("access.Wall", **own),
        "request_id": requests,
        "quote_id": rows("operations.Quote", **in_matter),
        "work_item_id": _spread(rows("operations.WorkItem", **in_matter)),
        "sample_id": rows("operations.Sample", **own),
        "subject_id": _spread(subjects),
        "checklist_id": rows("operations.Checklist", **own),
        "sign_off_id": rows("operations.SignOff", **own),
        "batch_id": _spread(rows("review.Batch", **own)),
        "production_id": rows("production.Production", **own),
        "token": [side.token],
        "invoice_id": rows("spend.Invoice", **own),
        "line_id": rows("spend.InvoiceLine", invoice__tenant_id=side.tenant_id),
        "query_id": rows("spend.LineQuery", line__invoice__tenant_id=side.tenant_id),
        "entry_id": rows("spend.TimeEntry", **own),
    }
    return {name: ids[:3] for name, ids in found.items()}


def fixed_values() -> dict[str, str]:
    """Return the parameters that name no object of a client."""
    definition = apps.get_model("operations.Checklist").objects.order_by("pk")[0].definition
    points = definition["points"] if isinstance(definition, dict) else definition
    return {"page": "1", "key": points[0]["key"], "act": "tag", "part": "whose", "rule": "empty-files"}


def fills(route: Route, values: dict[str, list[str]], fixed: dict[str, str]) -> list[dict[str, str]]:
    """Return the ways in which a route's parameters are filled; KeyError names a parameter nobody registered."""
    lists = {name: values.get(name) or [fixed[name]] for name in route.names}
    most = max((len(ids) for ids in lists.values()), default=1)
    return [{name: ids[min(place, len(ids) - 1)] for name, ids in lists.items()} for place in range(most)]


def object_pairs(side: Side) -> list[dict[str, str]]:
    """Return one object of every kind that the client's record names, for the pages of one object's record.

    People are left out: they work for several clients. That nothing of the other client shows is tested with lists.
    """
    entries = apps.get_model("audit.Entry").objects.filter(tenant_id=side.tenant_id, matter_id__in=side.matter_ids)
    pairs = dict(entries.exclude(object_type="user").order_by("seq").values_list("object_type", "object_id"))
    return [{"object_type": kind, "object_id": key} for kind, key in sorted(pairs.items())]


def _spread(ids: list[str]) -> list[str]:
    """Return the first, a middle and the last of many."""
    return ids if len(ids) < 4 else [ids[0], ids[len(ids) // 2], ids[-1]]
