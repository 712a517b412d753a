"""No page leads a person to a page that is not theirs: every link that is drawn opens."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import Resolver404, resolve

from isolation.probing import ask
from isolation.world import World

LINK = re.compile(r"""<a [^>]*?href="(/[^"#]*)""")
MOST = 2
"""Addresses of one kind that are followed: links of a kind are drawn by the same lines."""


def _kind(path: str) -> str:
    try:
        return resolve(path.split("?", maxsplit=1)[0]).view_name
    except Resolver404:
        return "unknown"


@pytest.mark.parametrize("login", ["counsel", "manager", "reviewer-a", "attorney-a", "administrator"])
def test_every_link_opens(both: World, login):
    browser, problems = both.browser(login), []
    seen, followed = {"/"}, {}
    waiting = [("", "/")]
    while waiting:
        origin, path = waiting.pop(0)
        answer = ask(browser, "GET", path)
        if answer.status not in (200, 302):
            problems.append(f"{origin} leads to {path}: {answer.status}")
        text = answer.raw.decode("utf-8", "replace") if answer.status == 200 else ""
        for found in dict.fromkeys(unescape(href) for href in LINK.findall(text)):
            kind = _kind(found)
            if found in seen or "sign-out" in found or followed.get(kind, 0) >= MOST:
                continue
            seen.add(found)
            followed[kind] = followed.get(kind, 0) + 1
            waiting.append((path, found))
    assert len(followed) > 20, sorted(followed)
    assert not problems, "\n".join(problems)
