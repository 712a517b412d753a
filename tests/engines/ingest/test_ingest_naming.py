"""Names of texts are remembered; names of files and people of headers take the short way where they can."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.ingest import naming
from chancery.engines.ingest.headers import people
from chancery.engines.ingest.mime import Head
from chancery.engines.ingest.naming import Names, entities_of
from chancery.engines.text.normalise import safe_name

TEXT = "Dear Mr. Weil,\nwe met on 14 March 2001.\n"


def _members(names: Names, text: str, kind: str = "mail") -> str:
    return names.members(text=text, kind=kind, data=text.encode())


def test_members_are_what_the_text_names() -> None:
    members = _members(Names(), TEXT)
    assert json.loads("{" + members + "}") == {
        "named_people": [{"value": "Weil", "start": 9, "end": 13, "confidence": 0.9}],
        "named_dates": [{"value": "2001-03-14", "start": 25, "end": 38, "confidence": 0.97}],
    }
    assert json.loads("{" + members + "}") == entities_of(text=TEXT, kind="mail")


def test_nothing_is_looked_for_in_media() -> None:
    assert _members(Names(), TEXT, "media") == ""


def test_a_text_that_comes_again_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(*, text: str, kind: str) -> dict[str, Any]:
        asked.append(text)
        return entities_of(text=text, kind=kind)

    monkeypatch.setattr(naming, "entities_of", counted)
    names = Names()
    first = _members(names, TEXT)
    assert _members(names, TEXT) == first
    assert _members(names, TEXT + "x") == first
    assert asked == [TEXT, TEXT + "x"]


def test_the_memory_keeps_to_its_limit() -> None:
    empty = len(_members(Names(), "a"))
    names = Names(held=3 * empty)
    for sign in string.ascii_lowercase:
        _members(names, sign)
    assert len(names._held) == 3
    assert names._size == 3 * empty
    assert _members(Names(held=0), TEXT) == _members(Names(), TEXT)


@given(name=st.text(st.characters(codec="ascii")))
def test_a_name_of_printable_ascii_stays(name: str) -> None:
    assert safe_name(name=name) == "".join(sign for sign in name if " " <= sign <= "~")


def test_people_read_again_are_the_same_and_a_list_of_ones_own() -> None:
    head = Head({"to": '"Weil, Gordon" <g@weil.example>, Dave Marquart <d@m.example>'})
    first = people(message=head, name="to")
    first.append("changed")
    assert people(message=head, name="to") == ["Weil, Gordon <g@weil.example>", "Dave Marquart <d@m.example>"]
