"""What the account of an ingest adds up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Count:
    """What the account adds up."""

    lines: dict[str, int] = field(default_factory=lambda: {"item": 0, "container": 0, "exception": 0})
    top_bytes: dict[str, int] = field(default_factory=lambda: {"item": 0, "container": 0, "exception": 0})
    codes: dict[str, int] = field(default_factory=dict)
    set_aside: dict[str, int] = field(default_factory=dict)
    files: int = 0
    duplicates: int = 0
    near_duplicates: int = 0
    inclusive: int = 0
    texts: int = 0
    recognised: int = 0
    missing: int = 0
    asked: frozenset[str] = frozenset()
    restored: set[str] = field(default_factory=set)

    def take(self, line: dict[str, Any]) -> None:
        """Count one line; note the ids of ``asked`` that are met."""
        if line["id"] in self.asked:
            self.restored.add(line["id"])
        self.lines[line["status"]] += 1
        if line["parent_id"] is None:
            self.files += 1
            self.top_bytes[line["status"]] += line["size"]
        if line["exception"]:
            self.codes[line["exception"]] = self.codes.get(line["exception"], 0) + 1
        if line["set_aside"]:
            self.set_aside[line["set_aside"]] = self.set_aside.get(line["set_aside"], 0) + 1
        self.duplicates += line["duplicate_of"] is not None
        self.near_duplicates += line["near_duplicate_group"] is not None
        self.inclusive += line["inclusive"] is True
        self.texts += line["text_file"] is not None
        self.recognised += line["ocr"] is not None

    def account(self) -> dict[str, Any]:
        """Return the account; its sums hold for every run."""
        return {
            "input_files": self.files,
            "input_bytes": sum(self.top_bytes.values()),
            "items": self.lines["item"],
            "containers": self.lines["container"],
            "exceptions": self.lines["exception"],
            "duplicates": self.duplicates,
            "bytes": {
                "items": self.top_bytes["item"],
                "containers": self.top_bytes["container"],
                "exceptions": self.top_bytes["exception"],
            },
            "codes": dict(sorted(self.codes.items())),
            "set_aside": dict(sorted(self.set_aside.items())),
            "near_duplicates": self.near_duplicates,
            "inclusive": self.inclusive,
            "missing_mails": self.missing,
            "texts": self.texts,
            "recognised": self.recognised,
        }
