"""Documents of guideline rules and facts: read, or refused by name."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.billing.billing_files import cost, line
from tests.engines.billing.guideline_cases import FACTS, every_line

from chancery.engines.billing.guidelines.applying import apply_rules
from chancery.engines.billing.guidelines.catalogue import KINDS, rules_from, standard_rules
from chancery.engines.billing.guidelines.facts import setting_from
from chancery.engines.billing.guidelines.values import GuidelineRefused, Setting
from chancery.foundation.errors import Refused


@pytest.mark.parametrize(
    "rules",
    [
        "x",
        {"rules": 1},
        {"extends": "other"},
        [{}],
        [{"kind": "none"}],
        [1],
        [{"kind": "weekend", "severity": "fatal"}],
        [{"kind": "weekend", "what": 1}],
        [{"kind": "increment", "params": {"hours": "x"}}],
        [{"kind": "increment", "params": {"colour": "x"}}],
        [{"kind": "travel", "params": {"share": "1.5"}}],
        [{"kind": "volume_discount", "params": {"tiers": [["10", "5"], ["0", "5"]]}}],
        [{"kind": "weekend", "scope": {"what": []}}],
        [{"kind": "weekend", "in_force_from": "soon"}],
        [{"kind": "weekend", "cumulative": "yes"}],
    ],
)
def test_broken_rules_are_refused(rules: object) -> None:
    with pytest.raises(GuidelineRefused) as refused:
        rules_from(data=rules)
    assert refused.value.code == "guideline_refused"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "people",
                    "matters",
                    "rates",
                    "T1",
                    "CM1",
                    "amount",
                    "cap",
                    "budget",
                    "kind",
                    "params",
                    "hours",
                    "rules",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(JSON, JSON)
def test_any_documents_are_applied_or_refused(rules: object, facts: object) -> None:
    for act in (
        lambda: apply_rules(lines=[line()], rules=rules_from(data=rules), setting=Setting()),
        lambda: apply_rules(lines=[line(), cost()], rules=standard_rules(), setting=setting_from(data=facts)),
    ):
        try:
            act()
        except Refused as refused:
            assert refused.code == "guideline_refused"


def test_parameters_of_any_number_are_applied_or_refused() -> None:
    for kind, name, value in itertools.product(
        KINDS,
        ("hours", "days", "people", "warn", "reject", "share", "percent", "limit"),
        ("0", "1", "99999", 0, -1, "x", None, []),
    ):
        try:
            rules = rules_from(data=[{"kind": kind, "params": {name: value}}])
        except Refused as refused:
            assert refused.code == "guideline_refused"
            continue
        apply_rules(lines=every_line(), rules=rules, setting=setting_from(data=FACTS))


def test_rules_and_facts_are_plain_json() -> None:
    assert json.loads(json.dumps(FACTS)) == FACTS
