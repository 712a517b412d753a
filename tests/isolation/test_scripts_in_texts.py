"""Texts that people and evidence bring along stay texts: none becomes an element, runs, or counts in a cell."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from selectolax.lexbor import LexborHTMLParser

from isolation.addresses import fills, fixed_values, object_pairs, routes, values_of
from isolation.probing import ask
from isolation.world import World, rows

VECTORS = [
    "<script>zqxss()</script>", "<img src=x onerror=zqxss()>", "<svg onload=zqxss()>", "<svg/onload=zqxss()>",
    "<iframe srcdoc='<script>zqxss()</script>'></iframe>", "<body onload=zqxss()>", "<details open ontoggle=zqxss()>",
    "<video><source onerror=zqxss()>", "<input autofocus onfocus=zqxss()>", "<a href=javascript:zqxss()>x</a>",
    "<a href='java\tscript:zqxss()'>x</a>", "<math><mi xlink:href='javascript:zqxss()'>", "<object data=zqxss.swf>",
    "<embed src=zqxss.swf>", "<base href=//zqxss.example>", "<meta http-equiv=refresh content=0;url=//zqxss.example>",
    "<link rel=stylesheet href=//zqxss.example>", "<style>@import '//zqxss.example'</style>", "<form action=//zqxss>",
    "<button formaction=javascript:zqxss()>", "<marquee onstart=zqxss()>", "<img src=`x`onerror=zqxss()>",
    "<scr<script>ipt>zqxss()</scr</script>ipt>", "<!--><img src=x onerror=zqxss()>-->",
    "&lt;img src=x onerror=zqxss()&gt;",
    "<img src=x onerror&#61;zqxss()>", "\u003cimg src=x onerror=zqxss()>", "{{ zqxss }}{% debug %}", "${zqxss()}",
]  # fmt: skip
BEFORE = ["", '">', "'>", "</textarea>", "</title>", "</script>", "</option></select>", "--><"]
QUOTED = [
    "\" onmouseover=zqxss() x=\"", "' onmouseover=zqxss() x='", "` onmouseover=zqxss() x=`", "javascript:zqxss()",
    "JaVaScRiPt:zqxss()", "data:text/html,<script>zqxss()</script>", "vbscript:zqxss()", "\\\"+zqxss()+\\\"",
    "\" style=\"background:url(javascript:zqxss())", "\" hx-get=\"//zqxss\" x=\"", "]]><script>zqxss()</script>",
]  # fmt: skip
PAYLOADS = [before + vector for before in BEFORE for vector in VECTORS] + QUOTED
BAD_TAGS = {"iframe", "object", "embed", "base", "marquee", "math", "video", "frame", "frameset", "applet"}
LINKS = ("href", "src", "action", "formaction", "data", "xlink:href", "srcset", "poster")
LEADS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]


def test_there_are_enough_payloads():
    assert len(set(PAYLOADS)) >= 100


def _changed(value: Any, mark: str, make: Callable[[], str]) -> Any:
    if isinstance(value, str):
        return make() if mark in value else value
    if isinstance(value, list):
        return [_changed(item, mark, make) for item in value]
    if isinstance(value, dict):
        return {key: _changed(item, mark, make) for key, item in value.items()}
    return value


def put_everywhere(mark: str, make: Callable[[], str], *, only: tuple[str, ...] = ()) -> int:
    """Put texts wherever a row of any table holds a text with the client's mark; returns how many places."""
    places = 0
    for model in apps.get_models():
        if not model.__module__.startswith("chancery.") or (only and model._meta.label not in only):
            continue
        texts = [
            item for item in model._meta.concrete_fields
            if isinstance(item, models.CharField | models.TextField | models.JSONField) and not item.choices
            and not item.primary_key and item.name not in ("key", "idempotency_key", "body", "contents")
        ]  # fmt: skip
        for entry in model._default_manager.all() if texts else ():
            updates = {}
            for item in texts:
                old = getattr(entry, item.attname)
                new = _changed(old, mark, make)
                if new != old:
                    limit = getattr(item, "max_length", None)
                    updates[item.attname] = new[:limit] if limit and isinstance(new, str) else new
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=entry.pk).update(**updates) if updates else None
                    places += len(updates)
            except IntegrityError:
                continue  # the table allows the text once only
    return places


def _pages(world: World) -> list[str]:
    own, fixed = values_of(world.a), fixed_values()
    found = ["/search/?q=harbour", "/palette/?q=e", "/search/suggestions/?q=e"]
    for route in routes():
        if route.reason or "GET" not in route.methods or route.pattern.startswith("api/") or "token" in route.names:
            continue
        filled = (
            object_pairs(world.a) if "object_type" in route.names else fills(route, own, fixed) if route.names else [{}]
        )
        found += [route.path(values) for values in (filled if "object_type" in route.names else filled[:2])]
    document = own["document_id"][0]
    return found + [f"/documents/{document}/?tab={tab}" for tab in ("page", "native", "record")]


def _faults(text: str) -> Iterator[str]:
    tree = LexborHTMLParser(text)
    for element in tree.css("*"):
        tag, attributes = element.tag or "", element.attributes
        if tag in BAD_TAGS or "zqxss" in tag:
            yield f"element {tag}"
        if tag == "script" and not attributes.get("src") and "json" not in (attributes.get("type") or ""):
            yield "a script"
        if tag == "style" or (tag == "meta" and "http-equiv" in attributes):
            yield f"element {tag}"
        for name, value in attributes.items():
            if name.startswith("on") or "zqxss" in name or name == "style" or name == "srcdoc":
                yield f"attribute {name} of {tag}"
            plain = "".join((value or "").split()).lower()
            if name in LINKS and plain.startswith(("javascript:", "vbscript:", "data:text", "//zqxss", "zqxss")):
                yield f"{name} of {tag}: {plain[:60]}"


def _shape(text: str) -> Counter[tuple[str, tuple[str, ...]]]:
    tree = LexborHTMLParser(text)
    return Counter((element.tag or "", tuple(sorted(element.attributes))) for element in tree.css("*"))


@pytest.mark.slow
def test_no_text_becomes_an_element(both: World):
    browsers = {
        login: both.browser(login) for login in ("manager", "counsel", "reviewer-1", "attorney", "administrator")
    }
    pages, problems, shown = _pages(both), [], set()
    supply = cycle(f"{payload} {both.a.mark}" for payload in PAYLOADS)
    assert put_everywhere(both.a.mark, lambda: f"plain {both.a.mark}") > 100
    shapes: dict[tuple[str, str], Counter[tuple[str, tuple[str, ...]]]] = {}
    drawn = 0
    for turn in range(3):
        if turn:
            assert put_everywhere(both.a.mark, lambda: next(supply)) > len(PAYLOADS) / 2
        for login, browser in browsers.items():
            for path in pages:
                answer = ask(browser, "GET", path)
                if answer.status != 200 or not answer.headers.get("Content-Type", "").startswith("text/html"):
                    assert answer.status < 500, (login, path)
                    continue
                text = answer.raw.decode("utf-8", "replace")
                drawn += 1
                problems += [f"{login} {path}: {fault}" for fault in _faults(text)]
                shape = _shape(text)
                if turn and shapes.get((login, path)) not in (None, shape):
                    more = shape - shapes[(login, path)]
                    strange = [item for item in more if item[0] in ("script", "form", "link", "iframe")]
                    problems += [f"{login} {path}: more {item}" for item in strange]
                shapes.setdefault((login, path), shape)
                if turn and "zqxss" in text:
                    shown.add(path)
    assert not problems, "\n".join(sorted(set(problems))[:40])
    assert drawn > 300
    assert len(shown) > 25, "the texts must have been on the pages, or this proves nothing"


def test_hostile_texts_inside_evidence_stay_texts(both: World):
    """The same, through the front door: names and contents of files that went through processing."""
    documents = [
        key for key in rows("documents.Document", tenant_id=both.a.tenant_id)
        if "zqxss" in apps.get_model("documents.Document").objects.get(pk=key).name
    ]  # fmt: skip
    assert len(documents) >= 3
    browser = both.browser("counsel")
    for document in documents:
        for tab in ("text", "page", "native", "record"):
            answer = ask(browser, "GET", f"/documents/{document}/?tab={tab}")
            assert answer.status == 200
            assert list(_faults(answer.raw.decode())) == []
    for path in (
        "/search/?q=zqxss",
        "/search/?q=%22%3E%3Cimg src=x onerror=zqxss()%3E",
        "/palette/?q=<script>zqxss()</script>",
    ):
        text = ask(browser, "GET", path).raw.decode()
        assert "zqxss" in text
        assert list(_faults(text)) == []


@pytest.mark.parametrize("lead", LEADS, ids=[f"U+{ord(lead):04X}" for lead in LEADS])
def test_no_cell_of_an_export_is_a_formula(both: World, lead):
    production = values_of(both.a)["production_id"][0]
    put_everywhere(both.a.mark, lambda: f"{lead}cmd|' /C calc'!A0 {both.a.mark}")
    exports = [
        ("counsel", "POST", f"/matters/{both.a.matter_id}/documents/export/", {"everything": "1", "filter": ""}),
        ("counsel", "GET", "/invoices/export/", {}),
        ("manager", "GET", f"/productions/{production}/log.csv", {}),
    ]
    texts = 0
    for login, method, path, data in exports:
        answer = ask(both.browser(login), method, path, data=data)
        assert answer.status == 200, (path, answer.status)
        assert "csv" in answer.headers["Content-Type"], path
        cells = [cell for line in csv.reader(io.StringIO(answer.raw.decode("utf-8-sig"), newline="")) for cell in line]
        for cell in cells:
            if both.a.mark in cell:
                texts += 1
                assert not cell.startswith(tuple(LEADS)), (path, cell)
    assert texts > 5
