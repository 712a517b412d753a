"""Judges a home as it stands after a power cut, without starting the product: the files and the database only."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chancery.platform.audit import chain
from chancery.platform.storage.envelope import Damaged, read_header, unseal, unwrap

EXPECTED_ACT = {
    "collection": ("collection.opened", "id"),
    "input": ("evidence.received", "id"),
    "coding": ("coding.saved", "document"),
    "delivered": ("production.delivered", "id"),
    "link": ("production.link_issued", "id"),
}
TABLE = {"collection": "documents_collection", "input": "documents_inputfile", "coding": "review_coding"}


class Checker:
    """Holds what is slow to find out twice: which stored objects are whole."""

    def __init__(self) -> None:
        self.opened: dict[tuple[str, bytes], bytes | None] = {}

    def faults(self, *, files: Mapping[str, bytes], folder: Path, acknowledged: Sequence[dict[str, Any]]) -> list[str]:
        """Return what is wrong with a home; empty when it is whole and holds everything acknowledged.

        files: the whole home by relative path. folder: an empty place in which the database is opened.
        """
        for name, data in files.items():
            if name.startswith("db/"):
                (folder / Path(name).name).write_bytes(data)
        base = sqlite3.connect(folder / "main.sqlite3")
        base.row_factory = sqlite3.Row
        try:
            found = [row[0] for row in base.execute("PRAGMA integrity_check") if row[0] != "ok"]
            if found:
                return [f"corrupt: {found[0]}"]
            if base.execute("PRAGMA foreign_key_check").fetchone():
                found.append("corrupt: a reference leads nowhere")
            found += self._chain(base)
            found += self._stored(base, files)
            found += self._productions(base, files)
            found += [text for ack in acknowledged for text in self._lost(base, ack)]
            return found
        except sqlite3.DatabaseError as error:
            return [f"corrupt: {error}"]
        finally:
            base.close()

    def _chain(self, base: sqlite3.Connection) -> list[str]:
        last: dict[str, tuple[int, str]] = {}
        for row in base.execute(
            "SELECT tenant_id, seq, prev_hash, hash, body FROM audit_entry ORDER BY tenant_id, seq"
        ):
            seq, prev = last.get(row["tenant_id"], (0, chain.genesis(tenant_id=row["tenant_id"])))
            good = chain.link(prev=prev, seq=seq + 1, digest=chain.digest_of(body=row["body"]))
            if row["seq"] != seq + 1 or row["prev_hash"] != prev or row["hash"] != good:
                return [f"record: broken at {row['seq']}"]
            last[row["tenant_id"]] = (row["seq"], row["hash"])
        heads = {row["tenant_id"]: (row["seq"], row["hash"]) for row in base.execute("SELECT * FROM audit_head")}
        return [] if heads == last else ["record: the head is not its last entry"]

    def _stored(self, base: sqlite3.Connection, files: Mapping[str, bytes]) -> list[str]:
        root = files.get("keys/root.key", b"")
        if len(root) != 32:
            return ["keys: the root key is lost"]
        tenants = {
            row["tenant_id"]: unwrap(wrapped=row["wrapped"], under=root, place=f"{row['tenant_id']}||tenant|1")
            for row in base.execute("SELECT * FROM storage_tenantkey")
        }
        matters = {
            (row["tenant_id"], row["matter_id"]): unwrap(
                wrapped=row["wrapped"],
                under=tenants[row["tenant_id"]],
                place=f"{row['tenant_id']}|{row['matter_id']}|matter|1",
            )
            for row in base.execute("SELECT * FROM storage_matterkey")
        }
        found = []
        for row in base.execute("SELECT * FROM storage_blob"):
            data = files.get(f"blobs/{row['key']}")
            if data is None:
                found.append(f"object: {row['id']} is lost")
            elif self.plain(row, data, matters[row["tenant_id"], row["matter_id"]]) is None:
                found.append(f"object: {row['id']} is damaged")
        return found

    def plain(self, row: sqlite3.Row, data: bytes, under: bytes) -> bytes | None:
        """Return the plain bytes of a stored object, None if they are not what its row says."""
        name = (row["id"], hashlib.sha256(data).digest())
        if name not in self.opened:
            self.opened[name] = _open(row, data, under)
        return self.opened[name]

    def _productions(self, base: sqlite3.Connection, files: Mapping[str, bytes]) -> list[str]:
        found = []
        for row in base.execute("SELECT id, state, counts FROM production_production"):
            listed = list(
                base.execute(
                    "SELECT f.path, f.sha256, f.blob_id, b.key FROM production_volumefile f "
                    "LEFT JOIN storage_blob b ON b.id = f.blob_id WHERE f.production_id = ?",
                    (row["id"],),
                )
            )
            if row["state"] != "delivered":
                if listed:
                    found.append("production: half of one")
                continue
            if any(item["key"] is None for item in listed):
                found.append("production: a file without its object")
            manifest = next((item for item in listed if item["path"].endswith("manifest.sha256")), None)
            if manifest is None or manifest["sha256"] != json.loads(row["counts"])["manifest_sha256"]:
                found.append("production: no manifest, or another one")
                continue
            text = next(
                (plain for (blob, _), plain in self.opened.items() if blob == manifest["blob_id"] and plain), b""
            )
            named = {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in text.decode().splitlines()}
            held = {item["path"]: item["sha256"] for item in listed if item is not manifest}
            if not named or named != held:
                found.append("production: not what its manifest names")
        return found

    def _lost(self, base: sqlite3.Connection, ack: dict[str, Any]) -> list[str]:
        kind, found = ack["kind"], []
        if kind in TABLE and not base.execute(f"SELECT 1 FROM {TABLE[kind]} WHERE id = ?", (ack["id"],)).fetchone():  # noqa: S608
            found.append(f"lost: {kind} {ack['id']}")
        if kind == "input":
            row = base.execute(
                "SELECT b.sha256 FROM documents_inputfile i JOIN storage_blob b ON b.id = i.blob_id WHERE i.id = ?",
                (ack["id"],),
            ).fetchone()
            if row is None or row["sha256"] != ack["sha256"]:
                found.append(f"lost: content of input {ack['id']}")
        if kind == "signed":
            row = base.execute("SELECT state FROM operations_signoff WHERE id = ?", (ack["id"],)).fetchone()
            if row is None or row["state"] != "signed":
                found.append("lost: the sign-off")
        if kind == "delivered":
            row = base.execute("SELECT state FROM production_production WHERE id = ?", (ack["id"],)).fetchone()
            if row is None or row["state"] != "delivered":
                found.append("lost: the delivery")
        if kind == "link":
            digest = hashlib.sha256(ack["token"].encode()).hexdigest()
            if not base.execute("SELECT 1 FROM production_downloadlink WHERE token_hash = ?", (digest,)).fetchone():
                found.append("lost: a download link")
        if kind in EXPECTED_ACT:
            act, field = EXPECTED_ACT[kind]
            row = base.execute(
                "SELECT 1 FROM audit_entry WHERE act = ? AND object_id = ?", (act, ack[field])
            ).fetchone()
            if row is None:
                found.append(f"lost: the record of {kind} {ack[field]}")
        return found


def _open(row: sqlite3.Row, data: bytes, under: bytes) -> bytes | None:
    try:
        stream = io.BytesIO(data)
        header = read_header(stream)
        place = f"{row['tenant_id']}|{row['matter_id']}|{row['key']}|1"
        key = unwrap(wrapped=row["wrapped_key"], under=under, place=place)
        plain = b"".join(unseal(stream=stream, header=header, key=key))
    except Damaged:
        return None
    whole = len(plain) == row["size"] and hashlib.sha256(plain).hexdigest() == row["sha256"]
    return plain if whole else None
