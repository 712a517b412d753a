"""Finds the forms on the pages a person is shown, so that forged requests look like real ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve
from selectolax.lexbor import LexborHTMLParser, LexborNode

from isolation.addresses import operations
from isolation.probing import body_of

FILLER = {"number": "1", "date": datetime.now(UTC).date().isoformat(), "email": "a@example.com", "datetime-local": ""}
# Used where no page shows a form for an address: names that forms of this program use.
GENERAL = {
    "reason": "Probe", "text": "Probe", "hours": "1.0", "seconds": "5", "answer": "Probe", "decision": "cleared",
    "now": "1", "row": [], "document": "", "name": "Probe", "query": "kind=mail", "note": "Probe", "kind": "",
    "responsive": "responsive", "privilege": "none", "reference": "Probe", "everything": "", "passwords": "probe",
}  # fmt: skip


def forms_on(browser: Client, paths: list[str]) -> dict[str, dict[str, list[str]]]:
    """Return what each address that a form leads to is sent: address pattern, then field, then values."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        response = browser.get(path)
        if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
            continue
        tree = LexborHTMLParser(body_of(response).decode("utf-8", "replace"))
        for form in tree.css("form"):
            if (form.attributes.get("method") or "get").lower() != "post":
                continue
            target = urlsplit(urljoin(path, form.attributes.get("action") or "")).path or path
            try:
                pattern = str(resolve(target).route)
            except Resolver404:
                continue
            found.setdefault(pattern, {}).update(_fields(form))
    return found


def _fields(form: LexborNode) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for control in form.css("input, textarea, select, button"):
        name = control.attributes.get("name")
        if not name or name == "csrfmiddlewaretoken":
            continue
        kind = (control.attributes.get("type") or control.tag or "").lower()
        value = control.attributes.get("value") or ""
        if kind == "file":
            continue
        if control.tag == "select":
            options = [item.attributes.get("value") or "" for item in control.css("option")]
            sent[name] = [next((item for item in options if item), "")]
        elif control.tag == "textarea":
            sent[name] = [control.text() or "Probe text"]
        elif kind in ("checkbox", "radio"):
            sent.setdefault(name, [value or "on"])
        else:
            sent.setdefault(name, [value or FILLER.get(kind, "Probe text")])
    return sent


def example(schema: dict[str, Any], shapes: dict[str, Any]) -> Any:
    """Return the smallest value that fits a JSON schema of the machine interface."""
    if "$ref" in schema:
        return example(shapes[schema["$ref"].rsplit("/", 1)[1]], shapes)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], shapes)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {key: example(item, shapes) for key, item in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema["items"], shapes)]
    return {"integer": 1, "number": 1.0, "boolean": True, "null": None}.get(str(kind), "Probe")


def api_bodies(components: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Return a fitting body for each operation that takes JSON."""
    shapes = components.get("schemas", {})
    found = {}
    for path, methods in operations().items():
        for method, described in methods.items():
            content = described.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                found[(path, method.upper())] = example(content["application/json"]["schema"], shapes)
    return found
