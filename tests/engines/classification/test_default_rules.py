"""The rules that come with the engine: what they wait for, and what they do to single documents."""

from __future__ import annotations

import pytest
from tests.engines.classification.test_rules import AT, MAIL

from chancery.engines.classification.applying import apply_rules
from chancery.engines.classification.conditions import RulesRefused
from chancery.engines.classification.rules import default_rules
from chancery.engines.classification.subjects import Subject


def test_the_default_set_waits_for_its_parameters_and_speaks_both_languages() -> None:
    rules = default_rules()
    layer = apply_rules(rules=rules, subjects=[MAIL], at=AT)
    assert set(layer.waiting) == {"excluded-domains", "outdated", "after-period", "old-by-age"}
    assert not layer.verdicts["m"].suppressed
    dated = apply_rules(rules=rules, subjects=[MAIL], at=AT, parameters={"relevant_from": "2016-01-01"})
    assert dated.verdicts["m"].by == "outdated"
    for one in (*rules.rules, *rules.weights):
        assert set(one.name) == {"en", "zh-Hans"}
        assert one.source
    assert {one.group for one in rules.rules} == {
        "outdated",
        "repetitive",
        "non_essential",
        "file_class",
        "domain",
        "date",
    }
    with pytest.raises(RulesRefused) as refusal:
        apply_rules(rules=rules, subjects=[MAIL], at=AT, parameters={"unheard_of": 1})
    assert refusal.value.code == "parameter_missing"


@pytest.mark.parametrize(
    ("subject", "by"),
    [
        (Subject(key="x", name="setup.EXE"), "programs"),
        (Subject(key="x", name="~$Contract.docx"), "system-leftovers"),
        (Subject(key="x", name="Contract.docx", size=10), None),
        (Subject(key="x", name="Thumbs.db"), "system-leftovers"),
        (Subject(key="x", name="note.txt", size=0), "empty-files"),
        (Subject(key="x", name="n.eml", kind="mail", size=0), None),
        (Subject(key="x", name="a.pdf", duplicate=True), "exact-duplicates"),
        (Subject(key="x", name="image001.png", kind="image", attachment=True, size=900), "inline-pictures"),
        (Subject(key="x", name="plan.png", kind="image", attachment=True, size=900), None),
        (Subject(key="x", name="image001.png", kind="image", attachment=True, size=90_000), None),
        (Subject(key="x", kind="mail", subject="Out of Office: back Monday"), "automatic-replies"),
        (Subject(key="x", kind="mail", subject="自动回复：休假"), "automatic-replies"),
        (Subject(key="x", kind="mail", sender="noreply@shop.example"), "bulk-mail"),
        (Subject(key="x", kind="mail", sender="MAILER-DAEMON@x", subject="Undeliverable: offer"), "delivery-notices"),
        (Subject(key="x", kind="mail", sender="MAILER-DAEMON", subject="Offer"), None),
        (Subject(key="x", kind="mail", subject="Accepted: Call", text_length=10), "calendar-answers"),
        (Subject(key="x", kind="mail", subject="Accepted: Call", text_length=4000), None),
        (Subject(key="x", known=True, name="notepad.exe"), "known-files"),
    ],
)
def test_the_default_set_on_single_documents(subject: Subject, by: str | None) -> None:
    layer = apply_rules(rules=default_rules(), subjects=[subject], at=AT)
    assert (layer.verdicts[subject.key].by if subject.key in layer.verdicts else None) == by
