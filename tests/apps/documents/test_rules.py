"""Rule sets: tried with counts, checked by a sample, applied as one act and taken back as one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from tests.apps.conftest import World
from tests.apps.documents.conftest import mail, received

from chancery.apps.documents import actions, queries
from chancery.apps.documents.models import Document, RuleSet
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.jobs.actions import run_pending


@pytest.fixture
def rubbish(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    """Two programs, an empty file, a newsletter and two documents worth reading."""
    folder = tmp_path / "rubbish"
    folder.mkdir()
    news = mail(subject="News of castings", body="Read all about it", sender="noreply@castings.example")
    files = {
        "setup.exe": b"MZ" + b"\x00" * 200,
        "part.dll": b"MZ" + b"\x01" * 200,
        "empty.txt": b"",
        "news.eml": news,
        "offer.eml": mail(subject="Offer", body="We offer forty castings."),
        "note.txt": b"A note on the offer.",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    collection_id = received(world, matter_id, folder, at)
    actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
    run_pending()


def aside() -> set[str]:
    """Return the names of what is set aside by a rule."""
    return set(Document.objects.filter(set_aside="rule").values_list("name", flat=True))


def test_rules_are_tried_checked_applied_and_taken_back(
    world: World, matter_id: str, rubbish: None, at: datetime
) -> None:
    actor = world.actor("manager")
    key = actions.write_rules(actor=actor, matter_id=matter_id, name="Usual", at=at)
    with pytest.raises(Refused) as refusal:
        actions.ask_for_rules(actor=actor, rule_set_id=key, apply="apply", at=at)
    assert refusal.value.code == "not_tried"
    actions.ask_for_rules(actor=actor, rule_set_id=key, apply="try", at=at)
    run_pending()
    tried = queries.rule_set(actor=actor, rule_set_id=key)
    caught = {line.id: line.caught for line in tried.lines if line.caught}
    assert (caught["programs"], caught["empty-files"], caught["bulk-mail"]) == (2, 1, 1)
    assert (tried.considered, tried.suppressed, aside()) == (6, 4, set())
    drawn = queries.sample_of(actor=actor, rule_set_id=key, rule="programs")
    assert len(drawn.keys) == 2
    actions.check_sample(actor=actor, rule_set_id=key, rule="programs", wrong=[drawn.keys[0], "0" * 26], at=at)
    line = next(each for each in queries.rule_set(actor=actor, rule_set_id=key).lines if each.id == "programs")
    assert line.check is not None
    assert (line.check.wrong, line.check.sampled, line.check.wrong_low) == (1, 2, 1)
    actions.ask_for_rules(actor=actor, rule_set_id=key, apply="apply", at=at)
    run_pending()
    assert aside() == {"setup.exe", "part.dll", "empty.txt", "news.eml"}
    assert RuleSet.objects.get().state == "applied"
    actions.undo_rules(actor=actor, rule_set_id=key, at=at)
    assert (aside(), RuleSet.objects.get().state) == (set(), "undone")


@pytest.mark.parametrize("own", ["{", "[]", '{"format": 1}', json.dumps({"format": 1, "name": "x", "rules": [7]})])
def test_broken_rules_are_refused_with_the_place(world: World, matter_id: str, at: datetime, own: str) -> None:
    with pytest.raises(Refused):
        actions.write_rules(actor=world.actor("manager"), matter_id=matter_id, name="Own", own=own, at=at)
    assert RuleSet.objects.count() == 0


def test_names_are_taken_once_and_only_deciders_write(world: World, matter_id: str, at: datetime) -> None:
    actions.write_rules(actor=world.actor("attorney"), matter_id=matter_id, name="One", at=at)
    with pytest.raises(Refused) as refusal:
        actions.write_rules(actor=world.actor("manager"), matter_id=matter_id, name="One", at=at)
    assert refusal.value.code == "name_taken"
    with pytest.raises(Refused) as refusal:
        actions.write_rules(actor=world.actor("counsel"), matter_id=matter_id, name="Two", at=at)
    assert refusal.value.code == "not_allowed"
    with pytest.raises(NotFound):
        actions.write_rules(actor=world.actor("counsel-2"), matter_id=matter_id, name="Two", at=at)


def test_the_pages_of_rules(world: World, matter_id: str, rubbish: None, signed_in: Callable[[str], Client]) -> None:
    browser = signed_in("manager")
    began = browser.post(f"/matters/{matter_id}/rules/", {"name": "Usual", "chosen": ["programs", "empty-files"]})
    address = began["Location"]
    run_pending()
    page = browser.get(address).content.decode()
    assert "Programs and program parts" in page
    assert "Newsletters" not in page
    sample = f"{address}sample/programs/"
    assert "setup.exe" in browser.get(sample).content.decode()
    assert browser.post(sample, {"wrong": []}).status_code == 302
    assert "0 of 2 wrong" in browser.get(address).content.decode()
    assert browser.post(address, {"act": "apply"}).status_code == 302
    run_pending()
    assert aside() == {"setup.exe", "part.dll", "empty.txt"}
    assert browser.post(f"{address}undo/").status_code == 302
    assert aside() == set()
    bad = browser.post(f"/matters/{matter_id}/rules/", {"name": "Own", "own": "{"})
    assert bad.status_code == 422
    for stranger in ("counsel-2", "administrator"):
        for place in (address, sample, f"/matters/{matter_id}/rules/"):
            assert signed_in(stranger).get(place).status_code == 404


def test_the_age_of_what_is_outdated_is_said_on_the_page(
    world: World, matter_id: str, rubbish: None, signed_in: Callable[[str], Client]
) -> None:
    """The mails of the evidence are of March 2024; rules are tried at the clock's time."""
    browser = signed_in("manager")
    asked = {"name": "Old", "chosen": ["old-by-age"], "oldest_days": "30"}
    address = browser.post(f"/matters/{matter_id}/rules/", asked)["Location"]
    run_pending()
    page = browser.get(address).content.decode()
    assert "waits for a value" not in page and "<dt>Days that are not too old</dt><dd>30</dd>" in page
    assert browser.post(address, {"act": "apply"}).status_code == 302
    run_pending()
    assert aside() == {"news.eml", "offer.eml"}
    wrong = browser.post(f"/matters/{matter_id}/rules/", asked | {"name": "Wrong", "oldest_days": "0"})
    assert wrong.status_code == 422
