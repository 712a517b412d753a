"""Chats in the short message format of Relativity (RSMF 1.0, 2.0): the manifest of participants and events."""

from __future__ import annotations

import json
from typing import Any

from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.text.charset import decode


def read(content: Content, key: str) -> Reading:
    """Return the conversation as lines ``time  name: words``, in order of time; attachments are its siblings."""
    decoded = decode(data=content.data())
    try:
        manifest = json.loads(decoded.text)
        if not isinstance(manifest, dict):
            raise ValueError
    except ValueError:
        return Reading(text=decoded.text, exception="corrupt", detail="The manifest of the chat is damaged.")
    people = {str(each.get("id")): _name(each) for each in _dicts(manifest.get("participants"))}
    talks = [str(each.get("display") or each.get("id")) for each in _dicts(manifest.get("conversations"))]
    events = sorted(_dicts(manifest.get("events")), key=lambda each: str(each.get("timestamp", "")))
    lines = [f"Conversation: {name}" for name in talks]
    lines += [line for event in events if (line := _line(event, people))]
    times = [str(each["timestamp"]) for each in events if each.get("timestamp")]
    metadata: dict[str, Any] = {
        "participants": list(people.values()),
        "events": len(events),
        "charset": decoded.charset,
    }
    if times:
        metadata |= {"starts": times[0], "ends": times[-1]}
    return Reading(text="\n".join(lines) or decoded.text, metadata=metadata)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _name(person: dict[str, Any]) -> str:
    name, mail = str(person.get("display") or ""), str(person.get("email") or "")
    return f"{name} <{mail}>" if name and mail else name or mail or str(person.get("id", ""))


def _line(event: dict[str, Any], people: dict[str, str]) -> str:
    who = people.get(str(event.get("participant")), str(event.get("participant") or ""))
    words = str(event.get("body") or "").strip()
    files = ", ".join(str(each.get("display") or each.get("id")) for each in _dicts(event.get("attachments")))
    kind = str(event.get("type") or "")
    said = " ".join(
        part for part in (words, f"[{files}]" if files else "", "(deleted)" if event.get("deleted") else "") if part
    )
    if not said:
        said = f"({kind})" if kind else ""
    return f"{event.get('timestamp', '')}  {who.split(' <')[0]}: {said}" if said else ""
