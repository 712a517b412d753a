"""The pages of a matter's productions: what each person sees and may do, in both languages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.matter_kit import Kit
from apps.production.decided import decide
from chancery.apps.operations.models import Tick
from chancery.apps.production.actions.downloads import follow_link, issue_download_link
from chancery.apps.production.models import DownloadLink, Production
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.models import Entry
from chancery.platform.identity.models import User

Open = Callable[[str], Client]


def page(browser: Client, name: str, *arguments: str, language: str = "") -> str:
    if language:
        User.objects.update(language=language)
    answer = browser.get(reverse(f"production:{name}", args=arguments))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_page_shows_checks_checklist_numbers_and_hash(decided: Kit, prepared: str, signed_in: Open) -> None:
    text = page(signed_in("manager"), "production", prepared)
    assert "Documents in the volume: 5." in text
    assert "Exceptions that stay outside the volume: 1." in text
    assert "0 of 5 ticked" in text
    assert "HALDEN0000001" in text
    assert Production.objects.get(id=prepared).release_hash in text
    assert 'aria-current="step">Check<' in text


def test_the_page_in_chinese(decided: Kit, prepared: str, signed_in: Open) -> None:
    text = page(signed_in("manager"), "production", prepared, language="zh-hans")
    assert "本卷文件数：5。" in text
    assert "送交签发" in text
    assert "所签发的正是此内容" in text
    for english in ("Documents in the volume", "Send for sign-off", "Checklist", "Release hash"):
        assert english not in text


def test_counsel_sees_a_delivered_volume_without_inner_checks(decided: Kit, delivered: str, signed_in: Open) -> None:
    text = page(signed_in("counsel"), "production", delivered)
    assert "HALDEN0000001 – HALDEN0000007" in text
    assert "Download the volume" in text
    for inner in ("Checklist", "Documents in the volume", "Send for sign-off", "Prepare again"):
        assert inner not in text
    assert "Prepare a volume" not in page(signed_in("counsel"), "list", decided.first.matter_id)


@pytest.mark.parametrize("username", ["counsel", "counsel-2", "administrator"])
def test_an_unfinished_production_is_unknown_to_others(prepared: str, signed_in: Open, username: str) -> None:
    browser = signed_in(username)
    for name in ("production", "log", "log_csv", "progress"):
        assert browser.get(reverse(f"production:{name}", args=[prepared])).status_code == 404
    for name, arguments in (("submit", [prepared]), ("link", [prepared]), ("tick", [prepared, "families_complete"])):
        assert browser.post(reverse(f"production:{name}", args=arguments)).status_code == 404
    assert Tick.objects.count() == 0


def test_preparing_from_the_page_and_the_next_step_after_a_refusal(decided: Kit, signed_in: Open) -> None:
    browser = signed_in("manager")
    url = reverse("production:prepare", args=[decided.first.matter_id])
    decide(decided, 5, redaction=True)
    answer = browser.post(url, {"volume": "VOL009", "number_prefix": "HMS-", "confidentiality": "SECRET"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "1 documents are marked for redaction" in text
    assert "Take the mark back in the coding" in text
    assert 'value="VOL009"' in text
    assert 'value="HMS-"' in text
    assert Production.objects.count() == 0
    decide(decided, 5)
    answer = browser.post(url, {"volume": "VOL009", "number_prefix": "HMS-", "confidentiality": "SECRET"})
    made = Production.objects.get()
    assert answer.headers["Location"] == reverse("production:production", args=[made.id])
    assert (made.volume, made.prefix, made.confidentiality) == ("VOL009", "HMS-", "SECRET")


def test_points_are_ticked_with_evidence_and_taken_back(decided: Kit, prepared: str, signed_in: Open) -> None:
    browser = signed_in("manager")
    url = reverse("production:tick", args=[prepared, "protocol_followed"])
    answer = browser.post(url, {"protocol_followed-evidence": "  "})
    assert answer.status_code == 422
    assert "This point needs evidence." in answer.content.decode()
    assert Tick.objects.count() == 0
    assert browser.post(url, {"protocol_followed-evidence": "Protocol 3"}).status_code == 302
    text = page(browser, "production", prepared)
    assert "1 of 5 ticked" in text
    assert "Protocol 3" in text
    assert browser.post(url, {"untick": "1"}).status_code == 302
    assert Tick.objects.count() == 0
    forged = reverse("production:tick", args=[prepared, "no_such_point"])
    assert browser.post(forged, {"no_such_point-evidence": "x"}).status_code == 404


def test_an_incomplete_checklist_comes_back_with_what_is_missing(prepared: str, signed_in: Open) -> None:
    answer = signed_in("manager").post(reverse("production:submit", args=[prepared]))
    assert answer.status_code == 422
    assert "The checklist is not complete" in answer.content.decode()
    assert "Families are complete and contiguous" in answer.content.decode()
    assert Production.objects.get(id=prepared).state == "prepared"


def test_submitting_from_the_page(ticked: str, signed_in: Open) -> None:
    browser = signed_in("manager")
    assert browser.post(reverse("production:submit", args=[ticked])).status_code == 302
    text = page(browser, "production", ticked)
    assert "The attorney has been asked." in text
    assert "Take back" not in text


def test_a_link_works_until_the_second_it_ends(decided: Kit, delivered: str) -> None:
    counsel, at = decided.actor("counsel"), decided.at
    token = issue_download_link(actor=counsel, production_id=delivered, at=at, valid_for=timedelta(hours=1))
    assert follow_link(actor=counsel, token=token, at=at + timedelta(minutes=59, seconds=59)) == delivered
    for moment in (timedelta(hours=1), timedelta(hours=1, seconds=1)):
        with pytest.raises(NotFound):
            follow_link(actor=counsel, token=token, at=at + moment)
    for username in ("counsel-2", "administrator", "reviewer-1"):
        with pytest.raises(NotFound):
            follow_link(actor=decided.actor(username), token=token, at=at)
    with pytest.raises(NotFound):
        follow_link(actor=counsel, token=token + "x", at=at)
    row = DownloadLink.objects.get()
    assert (row.uses, token in row.token_hash) == (1, False)
    with pytest.raises(Refused) as caught:
        issue_download_link(actor=counsel, production_id=delivered, at=at, valid_for=timedelta(days=15))
    assert caught.value.code == "too_long"


def test_the_download_is_one_archive_and_is_on_record(delivered: str, signed_in: Open) -> None:
    browser = signed_in("counsel")
    answer = browser.post(reverse("production:link", args=[delivered]), {"now": "1"})
    assert answer.status_code == 302
    archives = []
    for _ in range(2):
        got = browser.get(answer.headers["Location"])
        assert got.headers["Content-Disposition"] == 'attachment; filename="HALDEN-VOL001.zip"'
        archives.append(b"".join(got.streaming_content))
    assert archives[0] == archives[1]
    with zipfile.ZipFile(io.BytesIO(archives[0])) as archive:
        assert archive.namelist() == [
            "VOL001/DATA/VOL001.dat",
            "VOL001/IMAGES/0001/HALDEN0000001.pdf",
            "VOL001/manifest.sha256",
        ]
        assert len(archive.read("VOL001/IMAGES/0001/HALDEN0000001.pdf")) == 200_009
    assert Entry.objects.filter(act="production.downloaded", object_id=delivered).count() == 2
    assert signed_in("counsel-2").get(answer.headers["Location"]).status_code == 404


def test_a_link_is_shown_once(delivered: str, signed_in: Open) -> None:
    browser = signed_in("manager")
    text = browser.post(reverse("production:link", args=[delivered]), {"hours": "24"}).content.decode()
    assert "/download/" in text
    assert "/download/" not in page(browser, "production", delivered)
    assert browser.post(reverse("production:link", args=[delivered]), {"hours": "9999"}).status_code == 422
    assert DownloadLink.objects.count() == 1


def test_the_privilege_log_as_table_and_file(decided: Kit, prepared: str, signed_in: Open) -> None:
    browser = signed_in("manager")
    text = page(browser, "log", prepared)
    assert "Advice of counsel, 1" in text
    assert "Advice of counsel, 6" in text
    assert "none: family withheld" in text
    answer = browser.get(reverse("production:log_csv", args=[prepared]))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "Advice of counsel, 1" in lines[1]
    assert Entry.objects.filter(act="production.log_exported").count() == 1
    narrowed = browser.get(reverse("production:log", args=[prepared]) + "?basis=WP").content.decode()
    assert ("Advice of counsel, 6" in narrowed, "Advice of counsel, 1" in narrowed) == (True, False)


def test_pages_cost_a_fixed_number_of_queries(decided: Kit, prepared: str, signed_in: Open) -> None:
    browser = signed_in("manager")
    urls = [
        reverse("production:list", args=[decided.first.matter_id]),
        reverse("production:log", args=[prepared]),
        reverse("production:production", args=[prepared]),
    ]

    def costs() -> list[int]:
        found = []
        for url in urls:
            browser.get(url)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                browser.get(url)
            found.append(len(seen))
        return found

    before = costs()
    for number in range(12):
        Production.objects.create(
            tenant_id=decided.first.tenant_id,
            matter_id=decided.first.matter_id,
            volume=f"OLD{number}",
            prefix="HAL",
            state="void",
            release_hash="0" * 64,
            prepared_by_id=decided.world.person["manager"].id,
            prepared_at=decided.at,
        )
    assert costs() == before
    assert max(before) <= 30
