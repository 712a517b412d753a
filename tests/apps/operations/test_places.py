"""The places of a service are shown in words, never as the paths of a file."""

from __future__ import annotations

import re

import pytest
from django.utils import translation
from tests.apps.operations.test_catalogue import raw

from chancery.apps.operations.web.catalogue import VersionForm
from chancery.apps.operations.web.places import place_words


@pytest.mark.parametrize(
    ("place", "english", "chinese"),
    [
        ("name.en", "name · in English", "名称 · 英文"),
        ("steps[first_level].standard_minutes", "First-level review · standard minutes", "一级审阅 · 标准分钟数"),
        ("steps[first_level].name.zh", "First-level review · name · in Chinese", "一级审阅 · 名称 · 中文"),
        ("price.rates.USD.lawyer", "rate for an hour · USD · Lawyer", "每小时费率 · USD · 律师"),
        ("price.valid_days", "days for which a quote is valid", "报价有效天数"),
    ],
)
def test_a_place_reads_as_words(place: str, english: str, chinese: str) -> None:
    assert place_words(place=place, definition=raw()) == english
    with translation.override("zh-hans"):
        assert place_words(place=place, definition=raw()) == chinese


def test_no_field_of_the_form_shows_a_path() -> None:
    with translation.override("zh-hans"):
        form = VersionForm(raw=raw())
    labels = [str(form.fields[name].label) for name in form.places]
    assert len(labels) > 50
    assert not [label for label in labels if re.search(r"[a-z]_[a-z]|\[|[a-z]\.[a-z]", label)]
    assert len(set(labels)) == len(labels)
