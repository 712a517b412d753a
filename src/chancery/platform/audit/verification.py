"""Checks an exported record; needs the file and, against a full rebuild, a head the reader kept. No database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chancery.platform.audit.chain import canonical, digest_of, genesis, head_message

_OPEN = re.compile(r'\{"seq":([0-9]+),"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})","body":(\{.*\})\}', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a chain, signed by the organisation's record key (Ed25519, hex)."""

    tenant_id: str
    seq: int
    hash: str
    at: str
    public_key: str
    signature: str

    def as_dict(self) -> dict[str, Any]:
        """Return the head as it stands in files."""
        return {
            "tenant": self.tenant_id,
            "seq": self.seq,
            "hash": self.hash,
            "at": self.at,
            "public_key": self.public_key,
            "signature": self.signature,
        }

    @staticmethod
    def from_dict(value: Mapping[str, Any]) -> Head:
        """Read a head from a file, bare or under the key ``head``; ValueError if it is none."""
        inner = value.get("head", value)
        try:
            texts = {key: inner[key] for key in ("tenant", "hash", "at", "public_key", "signature")}
            seq = inner["seq"]
        except (KeyError, TypeError, AttributeError):
            raise ValueError("not a head of a record") from None
        if not all(isinstance(text, str) for text in texts.values()) or type(seq) is not int:
            raise ValueError("not a head of a record")
        return Head(texts["tenant"], seq, texts["hash"], texts["at"], texts["public_key"], texts["signature"])

    def signed_by(self, *, public_key: str) -> bool:
        """Tell whether the signature is good under a public key given as hex."""
        message = head_message(tenant_id=self.tenant_id, seq=self.seq, hash=self.hash, at=self.at)
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            key.verify(bytes.fromhex(self.signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a record found.

    first_bad_seq: lowest sequence number that cannot be trusted; None if all can.
    reason: stable word: edited, order, broken_link, unreadable, no_head, tail_lost, head_mismatch, bad_signature,
    wrong_key, rebuilt, other_tenant; empty if ok. entries: how many good entries were read.
    """

    ok: bool
    first_bad_seq: int | None
    reason: str
    entries: int


def verify_stream(lines: Iterable[str], *, public_key: str | None = None, trusted_head: Head | None = None) -> Verdict:
    """Check an exported record line by line.

    public_key: hex of the key the reader trusts; without it the key in the file is used, which proves only that
    the file is consistent. trusted_head: a head the reader kept from an earlier export; it catches a chain that
    was rebuilt as a whole. Catches edits, insertions, removals, reordering, loss of the tail.
    """
    return _Check(public_key=public_key, trusted=trusted_head).run(lines)


class _Check:
    """One pass over a record."""

    def __init__(self, *, public_key: str | None, trusted: Head | None) -> None:
        self.public_key = public_key
        self.trusted = trusted
        self.seq = 0
        self.hash = ""
        self.first_prev = ""

    def run(self, lines: Iterable[str]) -> Verdict:
        head: Head | None = None
        for line in _written(lines):
            if head is not None:
                return self.bad(self.seq + 1, "order")
            if line.startswith('{"head"'):
                try:
                    head = Head.from_dict(_parse(line))
                except ValueError:
                    return self.bad(self.seq + 1, "unreadable")
                continue
            reason = self.take(line)
            if reason:
                return self.bad(self.seq + 1, reason)
        if head is None:
            return self.bad(self.seq + 1, "no_head")
        return self.against(head)

    def take(self, line: str) -> str:
        """Check one entry against the one before it; returns the reason if it is bad."""
        exact = _OPEN.fullmatch(line)
        if exact is not None:
            seq, prev, stated = int(exact[1]), exact[2], exact[3]
            digest = sha256(exact[4].encode()).hexdigest()
        else:
            try:
                seq, prev, stated, digest = _loose(_parse(line))
            except ValueError:
                return "unreadable"
        if seq != self.seq + 1:
            return "order"
        if self.seq and prev != self.hash:
            return "broken_link"
        if sha256(f"{prev}:{seq}:{digest}".encode()).hexdigest() != stated:
            return "edited"
        if not self.seq:
            self.first_prev = prev
        if self.trusted is not None and seq == self.trusted.seq and stated != self.trusted.hash:
            return "rebuilt"
        self.seq, self.hash = seq, stated
        return ""

    def against(self, head: Head) -> Verdict:
        """Check the end of the chain against the heads."""
        if self.trusted is not None:
            if self.trusted.tenant_id != head.tenant_id:
                return self.bad(1, "other_tenant")
            if self.trusted.seq > self.seq:
                return self.bad(self.seq + 1, "tail_lost")
            if not self.trusted.signed_by(public_key=self.public_key or self.trusted.public_key):
                return self.bad(max(self.trusted.seq, 1), "bad_signature")
            if head.public_key != self.trusted.public_key:
                return self.bad(max(self.trusted.seq, 1), "wrong_key")
        if self.seq and self.first_prev != genesis(tenant_id=head.tenant_id):
            return self.bad(1, "broken_link")
        if head.seq > self.seq:
            return self.bad(self.seq + 1, "tail_lost")
        if head.seq < self.seq:
            return self.bad(head.seq + 1, "head_mismatch")
        if head.hash != (self.hash or genesis(tenant_id=head.tenant_id)):
            return self.bad(max(head.seq, 1), "head_mismatch")
        if self.public_key is not None and head.public_key != self.public_key:
            return self.bad(max(head.seq, 1), "wrong_key")
        if not head.signed_by(public_key=head.public_key):
            return self.bad(max(head.seq, 1), "bad_signature")
        return Verdict(True, None, "", self.seq)

    def bad(self, seq: int, reason: str) -> Verdict:
        return Verdict(False, seq, reason, min(self.seq, seq - 1))


def _written(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        text = line.rstrip("\r\n")
        if text.strip():
            yield text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _parse(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _loose(entry: dict[str, Any]) -> tuple[int, str, str, str]:
    """Read an entry that was re-spelled without changing it, or one whose body is withheld."""
    if set(entry) == {"seq", "prev", "hash", "body"} and isinstance(entry["body"], dict):
        digest = digest_of(body=canonical(entry["body"]))
    elif set(entry) == {"seq", "prev", "hash", "digest"}:
        digest = entry["digest"]
    else:
        raise ValueError("not an entry")
    seq, prev, stated = entry["seq"], entry["prev"], entry["hash"]
    if type(seq) is not int or not all(isinstance(text, str) for text in (prev, stated, digest)):
        raise ValueError("not an entry")
    return seq, prev, stated, digest
