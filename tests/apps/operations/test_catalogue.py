"""The catalogue: definitions checked when read, versions published with their differences."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

import pytest

from apps.conftest import World
from chancery.apps.operations import actions, queries
from chancery.apps.operations.catalogue.definition import DefinitionRefused, read_definition
from chancery.apps.operations.catalogue.differences import Difference, differences, with_changes
from chancery.apps.operations.catalogue.shipped import shipped_definitions, work_rules
from chancery.foundation.errors import Refused


def raw() -> dict[str, Any]:
    return copy.deepcopy(shipped_definitions()[0])


def test_every_shipped_service_is_complete_in_both_languages() -> None:
    assert [read_definition(data=data).id for data in shipped_definitions()] == ["document-review"]


def test_rules_of_law_have_source_and_date(at: datetime) -> None:
    rules = work_rules(on=at.date())
    assert [(rule.work, rule.decision) for rule in rules] == [
        ("court_appearance", "decline"),
        ("face_to_face_advice", "decline"),
        ("legal_advice", "route"),
    ]
    assert all(rule.source and rule.in_force_from <= at.date() for rule in rules)
    assert work_rules(on=at.date().replace(year=2000)) == []


def test_a_definition_with_holes_is_refused_place_by_place() -> None:
    data = raw()
    del data["price"]["rates"]["CNY"]["lawyer"]
    data["steps"][1]["standard_minutes"] = "-1"
    data["form"][0]["label"].pop("zh")
    data["surprise"] = 1
    with pytest.raises(DefinitionRefused) as refused:
        read_definition(data=data)
    text = " ".join(refused.value.problems)
    for place in ("steps.1.standard_minutes", "form.0.label.zh", "surprise"):
        assert place in text
    data = raw()
    del data["price"]["rates"]["CNY"]["lawyer"]
    data["form"] = [question for question in data["form"] if question["key"] != "data_location"]
    with pytest.raises(DefinitionRefused) as refused:
        read_definition(data=data)
    text = " ".join(refused.value.problems)
    for words in ("price.rates.CNY: lawyer has no rate", "form: nothing asks for data_location"):
        assert words in text
    assert "form.export_approved.show_when: data_location is not asked before it" in text


def test_differences_name_the_place_before_and_after() -> None:
    changed = with_changes(
        definition=raw(), changes={"price.rates.USD.paralegal": "41.00", "steps[first_level].name.en": "First look"}
    )
    assert differences(before=raw(), after=changed) == [
        Difference("steps[first_level].name.en", "First-level review", "First look"),
        Difference("price.rates.USD.paralegal", "38.00", "41.00"),
    ]


def publish(world: World, at: datetime, **changes: Any) -> queries.ServiceRecord:
    given: dict[str, Any] = {"actor": world.actor("manager"), "based_on": 1, "note": "Rates of the new year", "at": at}
    changed = with_changes(definition=raw(), changes={"price.rates.USD.paralegal": "41.00"})
    return actions.publish_service(**{"service_id": "document-review", "definition": changed, **given, **changes})


def test_a_new_version_is_published_once_and_orders_keep_theirs(
    staffed: World, quoted: queries.RequestRecord, at: datetime
) -> None:
    assert publish(staffed, at).version == 2
    assert publish(staffed, at).version == 2
    assert [item.version for item in queries.versions_of(service_id="document-review")] == [2, 1]
    assert quoted.quote is not None
    matter_id = actions.accept_quote(actor=staffed.actor("counsel"), quote_id=quoted.quote.id, at=at)
    agreed = queries.engagement_of(matter_id=matter_id)
    assert agreed is not None
    assert (agreed.service_version, str(agreed.rates["paralegal"])) == (1, "USD 38.00")
    draft = actions.start_request(
        actor=staffed.actor("counsel"), tenant_id=staffed.client_id, service_id="document-review", title="B", at=at
    )
    assert draft.service_version == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"note": " "}, "note_missing"),
        ({"based_on": 0}, "outdated"),
        ({"definition": raw()}, "nothing_changed"),
        ({"definition": {**raw(), "price": {}}}, "service_invalid"),
    ],
)
def test_a_bad_version_is_refused_and_nothing_changes(
    staffed: World, at: datetime, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        publish(staffed, at, **changes)
    assert refused.value.code == code
    assert [item.version for item in queries.versions_of(service_id="document-review")] == [1]


def test_only_the_manager_publishes(staffed: World, at: datetime) -> None:
    for username in ("counsel", "attorney", "reviewer-1", "administrator"):
        with pytest.raises(Refused) as refused:
            publish(staffed, at, actor=staffed.actor(username))
        assert refused.value.code == "not_allowed"


def test_publishing_the_shipped_catalogue_twice_adds_nothing(staffed: World, at: datetime) -> None:
    assert actions.publish_shipped_services(at=at) == 0
