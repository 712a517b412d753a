"""A page of the web as evidence: whole, byte for byte, within limits, never from private places."""

from __future__ import annotations

import email
import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.apps.conftest import World
from tests.apps.documents.loopback import web_server
from tests.apps.documents.test_sources import paths, planned

from chancery.apps.documents import actions, queries
from chancery.apps.documents.fetching import calling, references, webpage
from chancery.apps.documents.fetching.values import SourceUnreachable
from chancery.apps.documents.models import Document, InputFile, Source
from chancery.platform.jobs.actions import run_pending

HTML = {"Content-Type": "text/html; charset=utf-8"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PAGE = """<html><head><title>公告 &amp; notice</title><link rel=stylesheet href=/s.css><link rel=next href=/no.html>
<style>body{background:url('/back.png')}</style></head><body>Notice of delay
<!-- <img src=/commented.png> --><script>x = "<img src=/scripted.png>"</script>
<img src="/pic.png?a=1&amp;b=2" srcset="/pic2.png 2x, /pic3.png 3x"><img src="/gone.png">
<img src="data:image/png;base64,AA">
<iframe src=/frame.html></iframe><a href=/linked.html>next</a><td style="background:url(/cell.png)"></body></html>"""
CSS = b"@import '/more.css'; @font-face{src:url(/font.woff2)} p{background:url(\"/css.png\")}"
PAGES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/notice": (302, {"Location": "/final.html?x=1"}, b""),
    "/final.html?x=1": (200, {**HTML, "X-Proof": "1"}, PAGE.encode()),
    "/s.css": (200, {"Content-Type": "text/css"}, CSS),
    "/more.css": (200, {"Content-Type": "text/css"}, b"q{color:red}"),
    "/frame.html": (200, HTML, b"<img src=/framed.png>In the frame"),
    **{f"/{name}.png": (200, {"Content-Type": "image/png"}, PNG) for name in ("back", "pic2", "cell", "css", "framed")},
    "/pic.png?a=1&b=2": (200, {"Content-Type": "image/png"}, PNG),
    "/pic3.png": (200, {"Content-Type": "application/zip"}, b"PK"),
}
KEPT = [
    "s.css", "back.png", "pic.png?a=1&b=2", "pic2.png", "frame.html", "cell.png", "css.png", "more.css", "framed.png",
]  # fmt: skip


@pytest.fixture(autouse=True)
def inside(settings: Any) -> None:
    """Let the tests call the loopback by its name, and by nothing else."""
    settings.CHANCERY_PRIVATE_HOSTS = ["localhost"]


def captured(address: str, folder: Path, at: datetime) -> tuple[bytes, dict[str, Any], list[str]]:
    """Return the file, the description and the paths of a captured page."""
    folder.mkdir(exist_ok=True)
    found = webpage.capture(address=address, folder=folder, at=at)
    return (
        found[0].location.read_bytes(), json.loads(found[1].location.read_text("utf-8")), [each.path for each in found],
    )  # fmt: skip


def test_a_page_is_kept_with_its_parts_headers_time_and_hashes(
    world: World, matter_id: str, settings: Any, at: datetime
) -> None:
    with web_server(PAGES) as port:
        host = f"http://localhost:{port}"
        source_id = planned(world, matter_id, "web", at, address=f"{host}/notice")
        actions.start_source(actor=world.actor("manager"), source_id=source_id, at=at)
        run_pending()
    place = "localhost/20260302T090000Z/final.html.mhtml"
    assert paths() == [place, f"{place}.capture.json"]
    actor = world.actor("manager")
    top = Document.objects.get(name="final.html.mhtml", parent=None)
    whole = b"".join(queries.native_of(actor=actor, document_id=top.id).pieces)
    described = Document.objects.get(name__endswith="capture.json")
    facts = json.loads(b"".join(queries.native_of(actor=actor, document_id=described.id).pieces))
    assert InputFile.objects.get(path=place).sha256 == hashlib.sha256(whole).hexdigest() == facts["file_sha256"]
    parts = {part["Content-Location"]: part for part in email.message_from_bytes(whole).get_payload()}
    assert list(parts) == [f"{host}/final.html?x=1", *(f"{host}/{name}" for name in KEPT)]
    body = parts[f"{host}/final.html?x=1"].get_payload(decode=True)
    assert body == PAGE.encode() and facts["sha256"] == hashlib.sha256(body).hexdigest()
    assert parts[f"{host}/pic2.png"].get_payload(decode=True) == PNG
    assert [(hop["url"], hop["status"], hop["address"]) for hop in facts["hops"]] == [
        (f"{host}/notice", 302, "127.0.0.1"), (f"{host}/final.html?x=1", 200, "127.0.0.1"),
    ]  # fmt: skip
    assert ["X-Proof", "1"] in facts["headers"] and facts["request_headers"]["Accept-Encoding"] == "identity"
    assert facts["captured_at"] == "2026-03-02T09:00:00+00:00"
    left_out = {each["asked"].removeprefix(host): each["left_out"] for each in facts["parts"] if "left_out" in each}
    assert left_out == {"/pic3.png": "not_shown", "/gone.png": "not_found"}
    assert {each["asked"].removeprefix(f"{host}/") for each in facts["parts"] if "left_out" not in each} == set(KEPT)
    assert all(each["sha256"] == hashlib.sha256(PNG).hexdigest() for each in facts["parts"] if each["bytes"] == 264)
    assert "Notice of delay" in queries.text_of(actor=actor, document_id=top.id)
    assert Document.objects.filter(family_id=top.id).count() > 5


def test_the_same_page_gives_the_same_file(tmp_path: Path, at: datetime) -> None:
    with web_server(PAGES) as port:
        files = [captured(f"http://localhost:{port}/notice", tmp_path / name, at)[0] for name in "ab"]
    assert files[0] == files[1]
    assert b"Subject: =?utf-8?" in files[0] and b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n" in files[0]


def test_parts_in_private_places_are_left_out_and_named(tmp_path: Path, at: datetime) -> None:
    away = b"<img src=http://127.0.0.1:1/a.png><img src=http://169.254.169.254/latest/><img src=/go.png>"
    with web_server({"/secret.png": (200, {"Content-Type": "image/png"}, PNG)}) as inner:
        onward = {"Location": f"http://127.0.0.1:{inner}/secret.png"}
        with web_server({"/": (200, HTML, away), "/go.png": (302, onward, b"")}) as port:
            file, facts, _ = captured(f"http://localhost:{port}/", tmp_path / "a", at)
    assert [each["left_out"] for each in facts["parts"]] == ["host_barred"] * 3
    assert len(email.message_from_bytes(file).get_payload()) == 1


def test_number_and_size_of_parts_are_limited(tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpage, "MOST_PARTS", 3)
    monkeypatch.setattr(webpage, "LARGEST_PART", 1024**2)
    body = b"".join(b"<img src=/%d.png>" % number for number in range(6))
    pages = {f"/{n}.png": (200, {"Content-Type": "image/png"}, PNG * (8000 if n == 1 else 1)) for n in range(6)}
    with web_server({"/": (200, HTML, body), **pages}) as port:
        _, facts, _ = captured(f"http://localhost:{port}/", tmp_path / "a", at)
    assert [each.get("left_out") for each in facts["parts"]] == [
        None, "page_too_large", None, "too_many", "too_many", "too_many",
    ]  # fmt: skip


def test_what_is_no_page_of_html_is_kept_as_it_came(tmp_path: Path, at: datetime) -> None:
    with web_server({"/a/report": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4")}) as port:
        file, facts, names = captured(f"http://localhost:{port}/a/report", tmp_path / "a", at)
    assert (file, names[0], facts["parts"]) == (b"%PDF-1.4", "localhost/20260302T090000Z/a_report.pdf", [])


def test_packed_answers_are_unpacked_and_both_hashes_kept(tmp_path: Path, at: datetime) -> None:
    packed = gzip.compress(b"<p>packed</p>", mtime=0)
    bomb = gzip.compress(bytes(60 * 1024**2))
    with web_server(
        {"/": (200, {**HTML, "Content-Encoding": "gzip"}, packed), "/b": (200, {"Content-Encoding": "gzip"}, bomb)}
    ) as port:
        file, facts, _ = captured(f"http://localhost:{port}/", tmp_path / "a", at)
        with pytest.raises(SourceUnreachable) as refusal:
            captured(f"http://localhost:{port}/b", tmp_path / "b", at)
    assert email.message_from_bytes(file).get_payload()[0].get_payload(decode=True) == b"<p>packed</p>"
    assert facts["sha256"] == hashlib.sha256(packed).hexdigest()
    assert facts["sha256_unpacked"] == hashlib.sha256(b"<p>packed</p>").hexdigest()
    assert refusal.value.code == "page_too_large"


@contextmanager
def raw_server(answer: bytes, *, drip: float = 0) -> Iterator[int]:
    """Answer with given bytes and hang up; drip: seconds between single bytes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listening.accept()
        with line:
            line.recv(4096)
            for piece in [answer[n : n + 1] for n in range(len(answer))] if drip else [answer]:
                try:
                    line.sendall(piece)
                except OSError:
                    return
                time.sleep(drip)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nshort",
        b"nonsense",
        b"",
    ],
)
def test_an_answer_that_breaks_off_is_no_page(answer: bytes) -> None:
    with raw_server(answer) as port, pytest.raises(SourceUnreachable) as refusal:
        calling.call(address=f"http://localhost:{port}/", largest=1000, seconds=10)
    assert refusal.value.code == "source_unreachable"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500])
def test_an_answer_that_drips_is_given_up(answer: bytes) -> None:
    began = time.monotonic()
    with raw_server(answer, drip=0.05) as port, pytest.raises(SourceUnreachable) as refusal:
        calling.call(address=f"http://localhost:{port}/", largest=1000, seconds=1)
    assert refusal.value.code == "page_too_slow" and time.monotonic() - began < 8


def test_a_redirection_into_the_house_is_not_followed(
    world: World, matter_id: str, settings: Any, at: datetime
) -> None:
    with web_server({"/secret": (200, {}, b"inner")}) as inner:
        away = {"/go": (302, {"Location": f"http://127.0.0.1:{inner}/secret"}, b"")}
        with web_server(away) as port:
            source_id = planned(world, matter_id, "web", at, address=f"http://localhost:{port}/go")
            actions.start_source(actor=world.actor("manager"), source_id=source_id, at=at)
            run_pending()
    assert (Source.objects.get().state, InputFile.objects.count()) == ("failed", 0)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<base href=http://b.example/x/><img src=a.png>", ["http://b.example/x/a.png"]),
        ("<img src='//c.example/p.png#f'><IMG SRC=//c.example/p.png>", ["http://c.example/p.png"]),
        ("<img src=javascript:alert(1)><img src=file:///etc/passwd><img src=''><img>", []),
        ("<input type=image src=i.png><input src=no.png><video poster=v.jpg>", ["http://a.example/i.png", "http://a.example/v.jpg"]),
        ("<img src=http://[bad/x.png><img src=x>", ["http://a.example/x"]),
        ("<!-- never closed <img src=x>", []),
        ("<style>@import 'a.css';p{b:url( \"b.png\" )}</style>", ["http://a.example/b.png", "http://a.example/a.css"]),
    ],
)  # fmt: skip
def test_parts_are_found_in_the_source(source: str, found: list[str]) -> None:
    assert references.of_page(source=source, address="http://a.example/") == found


@pytest.mark.parametrize(
    "piece", ["<!--", "<img ", "<style>", "url(", 'style="', "<img a", "@font-face{", "/*", "a", "<"]
)
def test_hostile_sources_are_read_in_one_pass(piece: str) -> None:
    source = "<img " * (piece == "a") + piece * (1024**2 // len(piece))
    began = time.process_time()
    references.of_page(source=source, address="http://a.example/")
    references.of_style_sheet(source=source, address="http://a.example/")
    assert time.process_time() - began < 8


@pytest.mark.parametrize("name", ["punycode", "hex", "idna", "no-such-charset", "utf-16"])
def test_odd_charsets_do_not_stop_it(name: str) -> None:
    data = b"<img src=/x.png>" * 50_000
    data = data.decode().encode("utf-16") if name == "utf-16" else data
    text = references.source_text(data=data, content_type=f"text/html; charset={name}")
    assert references.of_page(source=text, address="http://a.example/") == ["http://a.example/x.png"]
