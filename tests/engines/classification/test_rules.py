"""Sets of rules: what fires and why, counts that add up, families kept whole, layers that can be taken away."""

from __future__ import annotations

import copy
import json
import random
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.classification.applying import apply_rules
from chancery.engines.classification.conditions import MOST_DEPTH, RulesRefused, compile_condition, described
from chancery.engines.classification.fields import FIELDS, extension_of, file_class, file_classes
from chancery.engines.classification.layers import (
    released,
    suppressed_keys,
    suppressions,
    with_layer,
    without_layer,
)
from chancery.engines.classification.priority import ranked
from chancery.engines.classification.rules import default_rules, read_rules
from chancery.engines.classification.subjects import Subject, subject_from_record

AT = date(2026, 1, 1)


def rule(name: str, when: Any, act: str = "suppress") -> dict[str, Any]:
    return {"id": name, "name": name, "group": "date", "act": act, "when": when, "source": "test"}


def rule_set(*rules: dict[str, Any], **more: Any) -> Any:
    return read_rules(data={"format": 1, "name": "t", "version": "1", "source": "test", "rules": list(rules), **more})


def fires(when: Any, subject: Subject, **parameters: Any) -> bool:
    return compile_condition(data=when, parameters=parameters, at=AT)(subject) is not None


MAIL = Subject(
    key="m",
    kind="mail",
    name="re.eml",
    subject="Re: Tender",
    sender="Ann <ann@sales.acme.com>",
    recipients=("b@gmail.com",),
    domains=("sales.acme.com", "gmail.com"),
    date=date(2015, 6, 1),
    size=2048,
    text_length=120,
)


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ({"field": "extension", "in": ["EML"]}, True),
        ({"field": "name", "like": "RE.*"}, True),
        ({"field": "name", "like": ["*.msg"]}, False),
        ({"field": "subject", "contains": ["tender"]}, True),
        ({"field": "subject", "starts": ["tender"]}, False),
        ({"field": "domains", "under": ["acme.com"]}, True),
        ({"field": "domains", "all_under": ["acme.com"]}, False),
        ({"field": "domains", "all_under": ["acme.com", "gmail.com"]}, True),
        ({"field": "domains", "under": ["cme.com"]}, False),
        ({"field": "recipients", "contains": "@gmail"}, True),
        ({"field": "size", "at_least": 2048}, True),
        ({"field": "size", "at_most": 2047}, False),
        ({"field": "date", "before": "2015-06-01"}, False),
        ({"field": "date", "before": "2015-06-02"}, True),
        ({"field": "date", "after": "2015-05-31"}, True),
        ({"field": "date", "older_than_days": 3867}, False),
        ({"field": "date", "older_than_days": 3866}, True),
        ({"field": "duplicate", "is": False}, True),
        ({"field": "language", "is": "en"}, False),
        ({"not": {"field": "language", "is": "en"}}, True),
        ({"field": "language", "present": False}, True),
        ({"field": "date", "present": True}, True),
        (
            {
                "all": [
                    {"field": "kind", "is": "mail"},
                    {"any": [{"field": "size", "at_most": 1}, {"field": "kind", "is": "MAIL"}]},
                ]
            },
            True,
        ),
        ({"field": "size", "at_least": {"parameter": "limit"}}, True),
    ],
)
def test_conditions(when: Any, wanted: bool) -> None:
    assert fires(when, MAIL, limit=2000) is wanted


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (None, "condition_invalid"),
        ([], "condition_invalid"),
        ({"all": []}, "condition_invalid"),
        ({"all": "x"}, "condition_invalid"),
        ({"any": [{"field": "size", "at_least": 1}], "not": {}}, "condition_invalid"),
        ({"field": "colour", "is": "red"}, "field_unknown"),
        ({"field": 5, "is": "red"}, "field_unknown"),
        ({"field": "size"}, "test_unknown"),
        ({"field": "size", "at_least": 1, "at_most": 2}, "test_unknown"),
        ({"field": "size", "resembles": 1}, "test_unknown"),
        ({"field": "size", "contains": "1"}, "test_unfit"),
        ({"field": "name", "before": "2020-01-01"}, "test_unfit"),
        ({"field": "size", "at_least": "1"}, "value_invalid"),
        ({"field": "size", "at_least": float("nan")}, "value_invalid"),
        ({"field": "size", "at_least": True}, "value_invalid"),
        ({"field": "date", "before": "1.2.2020"}, "value_invalid"),
        ({"field": "date", "before": None}, "value_invalid"),
        ({"field": "date", "older_than_days": 10**9}, "value_invalid"),
        ({"field": "name", "in": [1]}, "value_invalid"),
        ({"field": "name", "in": [""]}, "value_invalid"),
        ({"field": "duplicate", "is": "yes"}, "value_invalid"),
        ({"field": "size", "at_least": {"parameter": "nothing"}}, "parameter_missing"),
        ({"field": "size", "at_least": {"parameter": "x", "else": 1}}, "value_invalid"),
    ],
)
def test_bad_conditions_are_refused_by_code(when: Any, code: str) -> None:
    with pytest.raises(RulesRefused) as refusal:
        fires(when, MAIL)
    assert refusal.value.code == code


def test_nesting_has_an_end() -> None:
    when: Any = {"field": "size", "at_least": 1}
    for _ in range(MOST_DEPTH + 1):
        when = {"not": when}
    with pytest.raises(RulesRefused) as refusal:
        fires(when, MAIL)
    assert refusal.value.code == "too_deep"
    for _ in range(3000):
        when = {"not": when}
    with pytest.raises(RulesRefused):
        rule_set(rule("deep", when))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*FIELDS, "2020-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["field", "all", "any", "not", "is", "in", "before", "like", "parameter"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_data_is_a_condition_or_refused(data: Any) -> None:
    try:
        evaluate = compile_condition(data=data, parameters={}, at=AT)
    except RulesRefused:
        return
    evaluate(MAIL)
    assert described(data=data)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_data_is_a_set_of_rules_or_refused(data: Any) -> None:
    for whole in (data, {"format": 1, "name": "a", "version": "1", "source": "s", "rules": [{**rule("ab", data)}]}):
        try:
            made = read_rules(data=whole)
        except RulesRefused:
            continue
        assert made.digest


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": 2}, "rules_invalid"),
        ({"version": ""}, "rules_invalid"),
        ({"source": None}, "rules_invalid"),
        ({"families": "some"}, "rules_invalid"),
        ({"rules": {}}, "rules_invalid"),
        ({"rules": [rule("a b", {"field": "size", "at_least": 1})]}, "rules_invalid"),
        ({"rules": [rule("one", {"field": "size", "at_least": 1})] * 2}, "rule_repeated"),
        ({"rules": [rule("one", {"field": "size", "at_least": 1}, act="delete")]}, "rules_invalid"),
        ({"rules": [{**rule("one", {"field": "size", "at_least": 1}), "source": ""}]}, "rules_invalid"),
        ({"rules": [rule("one", {"field": "shape", "is": "x"})]}, "field_unknown"),
        ({"rules": [rule("one", {"field": "date", "contains": {"parameter": "p"}})]}, "test_unfit"),
        ({"weights": [{"id": "w1", "name": "w", "points": 1.5, "when": {}, "source": "s"}]}, "rules_invalid"),
    ],
)
def test_bad_sets_are_refused_by_code(change: dict[str, Any], code: str) -> None:
    with pytest.raises(RulesRefused) as refusal:
        read_rules(data={"format": 1, "name": "t", "version": "1", "source": "s", "rules": [], **change})
    assert refusal.value.code == code


def subjects(count: int, seed: int) -> list[Subject]:
    draw = random.Random(seed)
    return [
        Subject(
            key=f"k{number:04d}",
            family=f"f{number // draw.choice([1, 2, 3]):04d}",
            size=draw.randint(0, 3),
            date=date(2000 + draw.randint(0, 20), 1, 1),
            duplicate=draw.random() < 0.3,
        )
        for number in range(count)
    ]


RULES = (
    rule("small", {"field": "size", "at_most": 1}),
    rule("old", {"field": "date", "before": "2010-01-01"}),
    rule("copies", {"field": "duplicate", "is": True}),
    rule("named", {"field": "size", "at_least": 3}, act="tag"),
)


@pytest.mark.parametrize("families", ["whole", "each"])
def test_counts_and_families_against_a_plain_count(families: str) -> None:
    rules = rule_set(*RULES, families=families)
    documents = subjects(400, 3)
    layer = apply_rules(rules=rules, subjects=documents, at=AT)
    hit = {
        one.key: [one.size <= 1, one.date < date(2010, 1, 1), one.duplicate]  # type: ignore[operator]
        for one in documents
    }
    counts = {count.rule: count for count in layer.counts}
    for place, name in enumerate(("small", "old", "copies")):
        assert counts[name].caught == sum(row[place] for row in hit.values())
        assert counts[name].first == sum(row[place] and not any(row[:place]) for row in hit.values())
        assert counts[name].only == sum(row[place] and sum(row) == 1 for row in hit.values())
    assert layer.overlaps[("small", "copies")] == sum(row[0] and row[2] for row in hit.values())
    together: dict[str, list[bool]] = {}
    for one in documents:
        together.setdefault(one.family, []).append(any(hit[one.key]))
    wanted = {one.key for one in documents if any(hit[one.key]) and (families == "each" or all(together[one.family]))}
    assert suppressed_keys(layers=[layer]) == wanted
    kept = {verdict.key for verdict in layer.verdicts.values() if verdict.kept_for_family}
    assert kept == {one.key for one in documents if any(hit[one.key])} - wanted
    assert layer.considered == 400
    assert {verdict.by for verdict in layer.verdicts.values() if verdict.by} <= {"small", "old", "copies"}


def test_a_layer_can_be_taken_away_and_leaves_nothing() -> None:
    documents = subjects(100, 5)
    first = apply_rules(rules=rule_set(RULES[0]), subjects=documents, at=AT)
    second = apply_rules(rules=rule_set(RULES[1]), subjects=documents, at=AT)
    layers = with_layer(layers=with_layer(layers=(), layer=first), layer=second)
    assert with_layer(layers=layers, layer=second) == layers
    both = suppressed_keys(layers=layers)
    assert both == suppressed_keys(layers=[first]) | suppressed_keys(layers=[second])
    assert len(both) > len(suppressed_keys(layers=[first])) > 0
    back = without_layer(layers=layers, layer_id=second.id)
    assert suppressed_keys(layers=back) == suppressed_keys(layers=[first])
    assert suppressed_keys(layers=without_layer(layers=back, layer_id=first.id)) == frozenset()
    with pytest.raises(RulesRefused) as refusal:
        without_layer(layers=back, layer_id="none")
    assert refusal.value.code == "layer_unknown"


def test_every_suppressed_document_is_listed_with_its_reason_and_can_be_released() -> None:
    documents = [Subject(key="a", size=0), Subject(key="b", size=9)]
    layer = apply_rules(rules=rule_set(RULES[0]), subjects=documents, at=AT)
    (listed,) = suppressions(layers=[layer])
    assert (listed.key, listed.rule, listed.layer) == ("a", "small", layer.id)
    assert [reason.text() for reason in listed.reasons] == ["size 0 is within the limit 1."]
    assert suppressed_keys(layers=[released(layer=layer, keys=["a"])]) == frozenset()
    with pytest.raises(RulesRefused) as refusal:
        released(layer=layer, keys=["b"])
    assert refusal.value.code == "not_suppressed"


def test_the_same_application_is_the_same_layer() -> None:
    documents = subjects(30, 1)
    rules = rule_set(*RULES)
    one = apply_rules(rules=rules, subjects=documents, at=AT)
    assert apply_rules(rules=rules, subjects=documents[::-1], at=AT).id == one.id
    assert apply_rules(rules=rules, subjects=documents, at=date(2026, 1, 2)).id != one.id
    assert apply_rules(rules=rules, subjects=documents[1:], at=AT).id != one.id
    with pytest.raises(RulesRefused) as refusal:
        apply_rules(rules=rules, subjects=[*documents, documents[0]], at=AT)
    assert refusal.value.code == "key_repeated"


def test_the_digest_follows_the_content() -> None:
    text = (files("chancery.engines.classification") / "data" / "default_rules.json").read_text("utf-8")
    data = json.loads(text)
    assert read_rules(data=copy.deepcopy(data)).digest == default_rules().digest
    data["rules"][0]["when"]["is"] = False
    assert read_rules(data=data).digest != default_rules().digest


def test_order_of_review_from_weights_with_families_together() -> None:
    rules = default_rules()
    documents = [
        Subject(key="a", family="1", kind="mail", sender="x@y.example", text_length=50),
        Subject(key="b", family="2", kind="mail", sender="x@y.example", marks=frozenset({"bulk"})),
        Subject(key="c", family="3", kind="mail", sender="boss@y.example", text_length=900),
        Subject(key="d", family="1", name="merger-plan.docx"),
    ]
    order = ranked(
        rules=rules, subjects=documents, at=AT, parameters={"key_people": ["boss@"], "key_words": ["merger"]}
    )
    assert [(one.place, one.key, one.total, one.best) for one in order] == [
        (1, "c", 46, 46),
        (2, "a", 0, 30),
        (3, "d", 30, 30),
        (4, "b", -30, -30),
    ]
    assert [(one.weight, one.points) for one in order[0].points] == [("key-people", 40), ("substantive", 6)]
    assert "boss@y.example" in order[0].points[0].reasons[0].text()


def test_records_of_a_collection_become_subjects() -> None:
    record = {
        "id": "i1",
        "parent_id": "p",
        "family_id": "p",
        "path": "a/b.eml",
        "name": "b.eml",
        "media_type": "message/rfc822",
        "size": 10,
        "duplicate_of": "z",
        "exception": None,
        "language": "en",
        "near_duplicate_group": "q",
        "near_duplicate_similarity": 0.9,
        "metadata": {
            "kind": "mail",
            "from": "A <a@X.example>",
            "to": ["b@y.example", 5],
            "date_sent": "2020-02-30T00:00:00Z",
            "created": "2020-02-28",
            "List-Unsubscribe": "<mailto:u@x>",
        },
    }
    made = subject_from_record(record=record)
    assert made.domains == ("x.example", "y.example")
    assert made.date == date(2020, 2, 28)
    assert made.duplicate and made.near_duplicate and made.attachment
    assert made.marks == {"bulk"}
    assert file_class(subject=made) == "mail"
    assert subject_from_record(record={"metadata": 5, "size": "x", "id": None}) == Subject(key="")


def test_extensions_and_classes() -> None:
    assert [extension_of(name=name) for name in ("A.DOCX", ".profile", "a.b/c", "x.tar.gz", "noext", "a.")] == [
        "docx",
        "",
        "",
        "gz",
        "",
        "",
    ]
    every = [extension for extensions in file_classes().values() for extension in extensions]
    assert len(every) == len(set(every))
    assert file_class(subject=Subject(key="x", name="song.mp3", kind="media")) == "audio"
