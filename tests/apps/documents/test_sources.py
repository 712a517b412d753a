"""Sources are planned, fetched into collections and processed; what is barred stays out, nothing is taken twice."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.apps.conftest import World
from tests.apps.documents.conftest import mail, zipped
from tests.apps.documents.loopback import PASSWORD, mail_server, web_server

from chancery.apps.documents import actions, queries
from chancery.apps.documents.fetching import guard
from chancery.apps.documents.fetching.mailbox import modified_utf7
from chancery.apps.documents.fetching.values import SourceUnreachable
from chancery.apps.documents.models import Collection, Document, InputFile, Source
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.models import Entry
from chancery.platform.jobs.actions import run_pending


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    """An allowed folder with files, a link out of it, and a neighbour that is not allowed."""
    base = tmp_path / "allowed"
    (base / "Li Wei").mkdir(parents=True)
    (base / "Li Wei" / "offer.eml").write_bytes(mail(subject="Offer", body="Please find the contract."))
    (base / "Li Wei" / "合同.txt").write_text("违约金按日计算。", "utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("not for you")
    (base / "link").symlink_to(tmp_path / "outside")
    (base / "secret.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    settings.CHANCERY_COLLECT_ROOTS = [base]
    old = time.time() - 3600
    for path in base.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (old, old))
    return base


def planned(world: World, matter_id: str, kind: str, at: datetime, **values: Any) -> str:
    """Plan a source with where it lies."""
    actor = world.actor("manager")
    source_id = actions.plan_source(actor=actor, matter_id=matter_id, kind=kind, name=f"Source {kind}", at=at)
    password = values.pop("password", "")
    actions.say_where(actor=actor, source_id=source_id, values=values, password=password, at=at)
    return source_id


def paths() -> list[str]:
    """Return the paths of every file received."""
    return sorted(InputFile.objects.values_list("path", flat=True))


def test_a_folder_is_fetched_and_processed_but_no_link_out_of_it(
    world: World, matter_id: str, root: Path, at: datetime
) -> None:
    source_id = planned(world, matter_id, "folder", at, root=str(root), folder="")
    actions.start_source(actor=world.actor("manager"), source_id=source_id, at=at)
    run_pending()
    assert paths() == ["Li Wei/offer.eml", "Li Wei/合同.txt"]
    assert queries.source(actor=world.actor("manager"), source_id=source_id).state == "done"
    assert queries.collection_accounting(actor=world.actor("manager"), matter_id=matter_id).adds_up
    assert InputFile.objects.get(path="Li Wei/合同.txt").custodian == "Li Wei"


@pytest.mark.parametrize("folder", ["../outside", "link", "/../../etc", "nowhere"])
def test_folders_outside_the_allowed_ones_are_refused(
    world: World, matter_id: str, root: Path, at: datetime, folder: str
) -> None:
    with pytest.raises(Refused) as refusal:
        planned(world, matter_id, "folder", at, root=str(root), folder=folder)
    assert refusal.value.code == "source_unreachable"
    with pytest.raises(Refused):
        planned(world, matter_id, "folder", at, root="/", folder="etc")
    assert InputFile.objects.count() == 0


def test_a_watched_folder_takes_what_is_new_once(world: World, matter_id: str, root: Path, at: datetime) -> None:
    source_id = planned(world, matter_id, "watched", at, root=str(root), folder="", minutes=5)
    actions.start_source(actor=world.actor("manager"), source_id=source_id, at=at_now())
    run_pending()
    assert (Collection.objects.count(), len(paths())) == (1, 2)
    later = at_now() + timedelta(minutes=6)
    actions.watch_sources(later)
    run_pending()
    assert (Collection.objects.count(), len(paths())) == (1, 2)
    added = root / "Li Wei" / "new.txt"
    added.write_text("a new note")
    old = time.time() - 120
    os.utime(added, (old, old))
    actions.watch_sources(later + timedelta(minutes=6))
    run_pending()
    assert (Collection.objects.count(), len(paths())) == (2, 3)
    assert set(Collection.objects.values_list("state", flat=True)) == {"processed"}
    actions.pause_source(actor=world.actor("manager"), source_id=source_id, at=at_now())
    assert Source.objects.get().next_run_at is None


def at_now() -> datetime:
    """Return the present, since watching looks at the times of files."""
    return datetime.now(UTC)


def test_a_mailbox_is_fetched_over_tls_and_a_broken_line_goes_on(
    world: World, matter_id: str, tmp_path: Path, settings: Any, at: datetime
) -> None:
    letters = {number: mail(subject=f"Letter {number}", body=f"Body {number}") for number in (3, 4, 9)}
    folders = {"INBOX": letters, "&V4NXPnux-": {1: mail(subject="Spam", body="Nothing")}}
    with mail_server(tmp_path, folders) as (server, cert):
        settings.CHANCERY_PRIVATE_HOSTS, settings.CHANCERY_CA_FILE = ["localhost"], str(cert)
        plan = {"host": "localhost", "port": server.port, "user": "li", "folders": []}
        wrong = planned(world, matter_id, "mailbox", at, **plan, password="wrong")
        actions.start_source(actor=world.actor("manager"), source_id=wrong, at=at)
        run_pending()
        assert Source.objects.get(id=wrong).state == "failed"
        assert "name and password" in Source.objects.get(id=wrong).problem
        source_id = planned(world, matter_id, "mailbox", at, **plan, password=PASSWORD)
        server.break_after = 2
        actions.start_source(actor=world.actor("manager"), source_id=source_id, at=at)
        run_pending()
        assert Source.objects.get(id=source_id).state == "failed"
        server.break_after = None
        actions.start_source(actor=world.actor("manager"), source_id=source_id, at=at + timedelta(minutes=1))
        run_pending()
        assert Source.objects.get(id=source_id).state == "done"
    assert paths() == [
        "li/INBOX/00000003.eml", "li/INBOX/00000004.eml", "li/INBOX/00000009.eml", "li/垃圾箱/00000001.eml",
    ]  # fmt: skip
    assert all("EXAMINE" in each or "SELECT" not in each for each in server.asked)
    assert all("PEEK" in each for each in server.asked if "BODY" in each)
    stored = InputFile.objects.get(path="li/INBOX/00000004.eml")
    assert stored.sha256 == hashlib.sha256(letters[4]).hexdigest()
    everything = "".join(str(row) for row in Source.objects.values_list()) + "".join(
        Entry.objects.values_list("body", flat=True)
    )
    assert PASSWORD not in everything
    assert json.dumps(PASSWORD)[1:-1] not in everything


def test_names_of_mail_folders_are_read() -> None:
    assert modified_utf7("&V4NXPnux-/&AMk-t&AOk- &- more") == "垃圾箱/Été & more"


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1", "::", "::1", "::ffff:10.0.0.1"],
)
def test_private_places_are_not_called(host: str, settings: Any) -> None:
    settings.CHANCERY_PRIVATE_HOSTS = []
    with pytest.raises(SourceUnreachable) as refusal:
        guard.resolve(host=host, port=80)
    assert refusal.value.code == "host_barred"


def test_a_redirection_into_the_house_is_not_followed(
    world: World, matter_id: str, settings: Any, at: datetime
) -> None:
    with web_server({"/secret": (200, {}, b"inner")}) as inner:
        away = {"/go": (302, {"Location": f"http://127.0.0.1:{inner}/secret"}, b"")}
        with web_server(away) as port:
            settings.CHANCERY_PRIVATE_HOSTS = ["localhost"]
            source_id = planned(world, matter_id, "web", at, address=f"http://localhost:{port}/go")
            actions.start_source(actor=world.actor("manager"), source_id=source_id, at=at)
            run_pending()
    assert (Source.objects.get().state, InputFile.objects.count()) == ("failed", 0)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/y", "http://", "gopher://x", "http://a:b@c/", "x"])
def test_only_pages_of_the_web_are_taken(world: World, matter_id: str, at: datetime, address: str) -> None:
    with pytest.raises(Refused) as refusal:
        planned(world, matter_id, "web", at, address=address)
    assert refusal.value.code == "address_refused"


def test_options_set_aside_known_files_and_what_lies_outside_the_dates(
    world: World, matter_id: str, root: Path, tmp_path: Path, at: datetime
) -> None:
    system = root / "system.dll"
    system.write_bytes(b"MZ well known")
    (root / "late.eml").write_bytes(mail(subject="Late", body="After the fact").replace(b"04 Mar 2024", b"04 Mar 2025"))
    hashes = tmp_path / "nsrl.txt"
    hashes.write_text(hashlib.md5(b"MZ well known", usedforsecurity=False).hexdigest().upper() + "\n")
    actor = world.actor("manager")
    source_id = planned(world, matter_id, "folder", at, root=str(root), folder="")
    actions.say_options(
        actor=actor, source_id=source_id, time_zone="Asia/Shanghai", at=at, hash_list=hashes,
        date_to=date(2024, 12, 31),
    )  # fmt: skip
    actions.start_source(actor=actor, source_id=source_id, at=at)
    run_pending()
    aside = dict(Document.objects.exclude(set_aside="").values_list("name", "set_aside"))
    assert aside == {"system.dll": "known_file", "late.eml": "dates"}
    reviewable = queries.reviewable_documents(tenant_id=world.client_id, matter_id=matter_id)
    assert {row.name for row in reviewable} == {"offer.eml", "合同.txt"}
    acts = queries.changes(actor=actor, matter_id=matter_id)
    actions.undo_change(actor=actor, change_id=next(row.id for row in acts if row.value == "dates"), at=at)
    assert Document.objects.get(name="late.eml").set_aside == ""


def test_passwords_of_the_plan_open_encrypted_files(world: World, matter_id: str, root: Path, at: datetime) -> None:
    from tests.apps.documents.test_repairs import locked_zip

    (root / "locked.7z").write_bytes(locked_zip(b"the secret clause", b"open sesame"))
    (root / "plain.zip").write_bytes(zipped({"a.txt": b"plain"}))
    actor = world.actor("manager")
    source_id = planned(world, matter_id, "folder", at, root=str(root), folder="")
    assert actions.say_passwords(actor=actor, source_id=source_id, passwords=["no", "open sesame"], at=at) == 2
    actions.start_source(actor=actor, source_id=source_id, at=at)
    run_pending()
    assert not Document.objects.filter(exception="encrypted").exists()
    assert Document.objects.filter(name="secret.txt").exists()
    with pytest.raises(Refused) as refusal:
        actions.say_passwords(actor=actor, source_id=source_id, passwords=["late"], at=at)
    assert refusal.value.code == "already_started"


def test_the_wizard_in_the_browser(
    world: World, matter_id: str, root: Path, signed_in: Callable[[str], Client]
) -> None:
    browser = signed_in("manager")
    began = browser.post(
        f"/matters/{matter_id}/collect/", {"kind": "folder", "name": "Share", "source_label": "", "time_zone": "UTC"}
    )
    plan = began["Location"]
    assert "to be said" in browser.get(plan).content.decode()
    assert browser.post(f"{plan}start/").status_code == 302
    assert InputFile.objects.count() == 0
    bad = browser.post(f"{plan}where/", {"root": str(root), "folder": "../outside"})
    assert bad.status_code == 422
    step = browser.post(f"{plan}where/", {"root": str(root), "folder": ""})
    assert step["Location"] == f"{plan}whose/"
    assert browser.post(f"{plan}whose/", {"name": "Share", "custodian": "Li Wei"})["Location"] == f"{plan}options/"
    wrong = browser.post(
        f"{plan}options/", {"time_zone": "UTC", "date_from": "2024-05-01", "date_to": "2024-04-01", "ocr": "on"}
    )
    assert wrong.status_code == 422
    upload = SimpleUploadedFile("list.txt", b"no hash in here")
    assert browser.post(f"{plan}options/", {"time_zone": "UTC", "hash_list": upload}).status_code == 422
    assert browser.post(f"{plan}options/", {"time_zone": "UTC", "ocr": "on"})["Location"] == f"{plan}passwords/"
    assert browser.post(f"{plan}passwords/", {"passwords": "one\ntwo"})["Location"] == f"{plan}check/"
    checked = browser.get(f"{plan}check/").content.decode()
    assert "Li Wei" in checked
    assert "one" not in checked.split("<tbody>")[1].split("</tbody>")[0].replace("Time zone", "")
    assert browser.post(f"{plan}start/").status_code == 302
    run_pending()
    assert InputFile.objects.filter(custodian="Li Wei").count() == 2
    inventory = browser.get(f"/matters/{matter_id}/inventory/?q=offer").content.decode()
    assert InputFile.objects.get(path__endswith="offer.eml").sha256 in inventory
    sent = browser.post(f"/matters/{matter_id}/inventory/custody/")
    assert b'"act": "received"' in b"".join(sent.streaming_content)  # type: ignore[attr-defined]
    for stranger in ("counsel-2", "administrator"):
        for address in (plan, f"{plan}where/", f"{plan}check/", f"/matters/{matter_id}/inventory/"):
            assert signed_in(stranger).get(address).status_code == 404, (stranger, address)
    with pytest.raises(NotFound):
        actions.start_source(actor=world.actor("counsel-2"), source_id=plan.split("/")[2], at=at_now())
