"""Signed and encrypted envelopes made by another library, and files uuencoded into bodies."""

from __future__ import annotations

import binascii
import random
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from tests.engines.ingest.builders import expand

from chancery.engines.ingest.signed import Envelope, opened
from chancery.engines.ingest.uuencoded import taken_out

INSIDE = (
    b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nThe seller signs.\r\n'
    b'--B\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="terms.txt"\r\n\r\nterms\r\n'
    b"--B--\r\n"
)


@cache
def signer() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """Return a certificate made for the tests and its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(9))
    return made.sign(key, hashes.SHA256()), key


def envelope(data: bytes, *options: pkcs7.PKCS7Options) -> bytes:
    """Return signed data in DER."""
    certificate, key = signer()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


def locked(data: bytes) -> bytes:
    """Return data encrypted for the signer, in DER."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(data).add_recipient(signer()[0])
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def letter(content_type: str, data: bytes) -> bytes:
    """Return a mail that is one base64 part."""
    head = f"From: a@x.example\r\nTo: b@y.example\r\nSubject: Sealed\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + binascii.b2a_base64(data)


def test_what_was_signed_is_taken_out_and_what_was_encrypted_is_not() -> None:
    assert opened(data=envelope(INSIDE)) == Envelope("signed", INSIDE)
    assert opened(data=envelope(INSIDE, pkcs7.PKCS7Options.DetachedSignature)) == Envelope("detached")
    assert opened(data=locked(INSIDE)) == Envelope("encrypted")
    armoured = b"-----BEGIN PKCS7-----\n" + binascii.b2a_base64(envelope(INSIDE)) + b"-----END PKCS7-----\n"
    assert opened(data=armoured) == Envelope("signed", INSIDE)


def test_indefinite_lengths_and_strings_in_pieces_are_put_together() -> None:
    pieces = b"\x24\x80\x04\x03abc\x24\x80\x04\x02de\x00\x00\x04\x01f\x00\x00"
    inner = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010701") + b"\xa0\x80" + pieces + b"\x00\x00\x00\x00"
    signed = b"\x30\x80\x02\x01\x01\x31\x00" + inner + b"\x00\x00"
    whole = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010702") + b"\xa0\x80" + signed + b"\x00\x00\x00\x00"
    assert opened(data=whole) == Envelope("signed", b"abcdef")


def test_damaged_envelopes_raise_nothing() -> None:
    chance = random.Random(5)
    whole = envelope(INSIDE)
    for _ in range(3000):
        broken = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randint(1, 6)):
            if broken:
                broken[chance.randrange(min(len(broken), 90))] = chance.randrange(256)
        assert opened(data=bytes(broken)).kind in ("signed", "detached", "encrypted", "unknown")
    assert opened(data=b"\x30\x80" * 5000).kind == "unknown"


def test_an_opaque_mail_reads_like_the_mail_that_was_signed() -> None:
    mail = letter("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", envelope(INSIDE))
    head, attached = expand(mail, "a.eml")
    assert (head.text, head.exception, head.metadata["subject"]) == ("The seller signs.", None, "Sealed")
    assert (attached.name, attached.text, attached.family_id) == ("terms.txt", "terms", head.id)


def test_an_encrypted_mail_is_coded_whatever_its_header_claims() -> None:
    for claimed in ("enveloped-data", "signed-data"):
        mail = letter(f"application/pkcs7-mime; smime-type={claimed}; name=smime.p7m", locked(INSIDE))
        head, part = expand(mail, "a.eml")
        assert (head.exception, part.exception, part.status) == ("encrypted", "encrypted", "exception")


def test_loose_envelopes_hold_the_file_that_was_signed() -> None:
    container, inner = expand(envelope(b"Price list: 40 castings."), "prices.txt.p7m")
    assert (container.status, inner.name, inner.text) == ("container", "prices.txt", "Price list: 40 castings.")
    assert [item.name for item in expand(envelope(INSIDE), "smime.p7m")] == ["smime.p7m", "smime.eml", "terms.txt"]
    assert [item.exception for item in expand(locked(INSIDE), "x.p7m")] == ["encrypted"]
    only_signature = envelope(INSIDE, pkcs7.PKCS7Options.DetachedSignature)
    assert [item.exception for item in expand(only_signature, "x.p7m")] == ["unsupported"]
    assert [item.exception for item in expand(envelope(INSIDE)[:200], "x.p7m")] == ["corrupt"]
    assert [item.exception for item in expand(b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n", "m.asc")] == ["encrypted"]


def uuencoded(data: bytes, name: str = "terms.txt") -> bytes:
    """Return the lines of one file."""
    lines = b"".join(binascii.b2a_uu(data[start : start + 45]) for start in range(0, len(data), 45))
    return b"begin 644 " + name.encode() + b"\n" + lines + b"`\nend\n"


@pytest.mark.parametrize("size", [1, 44, 45, 46, 200])
def test_files_in_the_body_become_attachments(size: int) -> None:
    data = bytes(random.Random(size).randbytes(size))
    body = b"See the file.\n\n" + uuencoded(data) + b"\nRegards\n"
    assert taken_out(data=body) == (b"See the file.\n\n\n\nRegards\n", [("terms.txt", data)])
    assert taken_out(data=body.replace(b"\n", b"\r\n"))[1] == [("terms.txt", data)]
    head = b"From: a@x.example\nTo: b@y.example\nSubject: Old mail\nDate: Mon, 4 Mar 2002 09:30:00 +0800\n\n"
    mail, attached = expand(head + body, "old.eml")
    assert (mail.text, attached.name, attached.size) == ("See the file.\n\n\nRegards", "terms.txt", size)


def test_what_only_looks_like_a_file_stays_in_the_body() -> None:
    for body in (
        b"We begin 644 things\nend\n",
        b"begin 644 a.txt\nnot lines of it\nend\n",
        b"begin 644 a.txt\n`\nend\n",
    ):
        assert taken_out(data=body) == (body, [])
