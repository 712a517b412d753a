"""Packed rich text: the worked examples of its specification, ends and damage."""

from __future__ import annotations

import random
import struct
import zlib

import pytest

from chancery.engines.ingest.mapi import BODY, RTF, Message, has_damaged_body, rebuild
from chancery.engines.ingest.packedrtf import NotPacked, is_whole, unpacked
from chancery.engines.ingest.readers.mail import read_message

# MS-OXRTFCP 4.1 (simple) and 4.2 (a reference that reads what it writes).
SIMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def packed(body: bytes, length: int = 0) -> bytes:
    """Return a packed body with its header."""
    check = zlib.crc32(body, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return struct.pack("<II4sI", len(body) + 12, length, b"LZFu", check) + body


def test_the_examples_of_the_specification() -> None:
    assert unpacked(data=SIMPLE) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpacked(data=CROSSING) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert is_whole(data=SIMPLE)
    assert is_whole(data=CROSSING)


def test_a_body_that_is_not_packed_is_handed_on_to_its_length() -> None:
    plain = struct.pack("<II4sI", 19, 5, b"MELA", 0) + b"{rtf}xx"
    assert (unpacked(data=plain), is_whole(data=plain)) == (b"{rtf}", True)


def test_literals_beyond_the_ring_and_references_far_back() -> None:
    text = bytes(random.Random(1).randrange(97, 123) for _ in range(5000))
    body = b"".join(b"\x00" + text[at : at + 8] for at in range(0, len(text), 8))
    far = (207 + len(text) - 4000) % 4096
    end = (207 + len(text) + 17) % 4096
    body += b"\x03" + struct.pack(">H", far << 4 | 15) + struct.pack(">H", end << 4)
    assert unpacked(data=packed(body)) == text + text[1000:1017]


def test_damage_gives_what_can_be_followed_and_the_check_says_so() -> None:
    damaged = SIMPLE[:-12] + b"\xff" + SIMPLE[-11:]
    assert unpacked(data=damaged).startswith(b"{\\rtf1\\ansi")
    assert not is_whole(data=damaged)
    assert unpacked(data=SIMPLE[:30]) == b"{\\rtf1\\ansi\\ansicpg1252"  # cut within the reference after it
    for data in (b"", b"short", b"{\\rtf1 no header here}", SIMPLE[:8] + b"XXXX" + SIMPLE[12:]):
        with pytest.raises(NotPacked):
            unpacked(data=data)


def test_any_bytes_end_in_text_or_a_refusal() -> None:
    chance = random.Random(2)
    for _ in range(2000):
        body = chance.randbytes(chance.randrange(200))
        assert len(unpacked(data=packed(body))) <= len(body) * 9  # a reference of two bytes brings at most seventeen


def test_an_outlook_message_with_a_damaged_body_says_so() -> None:
    for body, damaged in ((SIMPLE, False), (SIMPLE[:-12] + b"\xff" + SIMPLE[-11:], True)):
        assert has_damaged_body(message=Message({RTF: body})) is damaged
    assert read_message(data=rebuild(message=Message({RTF: SIMPLE}))).text == "hello world"
    assert not has_damaged_body(message=Message({RTF: SIMPLE[:30], BODY: "The plain body."}))
