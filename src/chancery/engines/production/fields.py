"""The Concordance load file (DAT) and the Opticon page file (OPT), as written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chancery.engines.production.values import Planned, Produced, VolumeSettings

SEPARATOR, QUALIFIER, NEWLINE = "\u0014", "\u00fe", "\u00ae"
MULTIPLE = ";"
FIELDS = (
    "BEGBATES",
    "ENDBATES",
    "BEGATTACH",
    "ENDATTACH",
    "PARENTID",
    "ATTACHCOUNT",
    "PAGECOUNT",
    "CUSTODIAN",
    "ALLCUSTODIANS",
    "FILEPATH",
    "ALLPATHS",
    "FILENAME",
    "FILEEXT",
    "FILESIZE",
    "DOCTYPE",
    "FROM",
    "TO",
    "CC",
    "BCC",
    "SUBJECT",
    "DATESENT",
    "TIMESENT",
    "MESSAGEID",
    "ATTACHNAMES",
    "TITLE",
    "AUTHOR",
    "DATECREATED",
    "DATEMOD",
    "MD5HASH",
    "SHA256",
    "EDRM_MIH",
    "TIMEZONE",
    "CONFIDENTIALITY",
    "WITHHELD",
    "PRODVOLUME",
    "NATIVEPATH",
    "TEXTPATH",
)
_PLAIN = {
    "FROM": "from",
    "SUBJECT": "subject",
    "MESSAGEID": "message_id",
    "TITLE": "title",
    "AUTHOR": "author",
}
_MANY = {"TO": "to", "CC": "cc", "BCC": "bcc", "ATTACHNAMES": "attachment_names"}
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?([Zz]|[+-]\d{2}'?\d{2})?'?")
_EXIF_DATE = re.compile(r"(\d{4}):(\d{2}):(\d{2}) ")


def dat_text(*, rows: Sequence[Mapping[str, str]]) -> str:
    """Return the load file: a header line and a line per document, every value qualified, lines end in CR LF."""
    lines = [_line(FIELDS), *(_line([row.get(name, "") for name in FIELDS]) for row in rows)]
    return "".join(line + "\r\n" for line in lines)


def opt_text(*, documents: Sequence[Produced], volume: str) -> str:
    """Return the page file: one line per PDF with its page count in the last of seven fields."""
    lines = (f"{d.begin},{volume},{d.image.replace('/', chr(92))},Y,,,{d.pages}" for d in documents)
    return "".join(line + "\r\n" for line in lines)


def _line(values: Sequence[str]) -> str:
    return SEPARATOR.join(f"{QUALIFIER}{_safe(value)}{QUALIFIER}" for value in values)


def _safe(value: str) -> str:
    """Return the value without the three signs of the format: þ is written th, ® (R), line ends as ®."""
    value = value.replace(QUALIFIER, "th").replace(NEWLINE, "(R)").replace("\t", " ")
    value = re.sub(r"\r\n|[\r\n\x85\u2028\u2029]", NEWLINE, value)
    return _CONTROL.sub("", value.replace(SEPARATOR, " "))


def dat_row(
    *,
    planned: Planned,
    produced: Produced,
    family: Sequence[Produced],
    parent: Produced | None,
    settings: VolumeSettings,
) -> dict[str, str]:
    """Return the fields of one document; of a withheld one only place, family, custodian, mark."""
    item = planned.item
    row = {
        "BEGBATES": str(produced.begin),
        "ENDBATES": str(produced.end),
        "BEGATTACH": str(family[0].begin),
        "ENDATTACH": str(family[-1].end),
        "PARENTID": str(parent.begin) if parent else "",
        "ATTACHCOUNT": str(len(family) - 1) if parent is None else "0",
        "PAGECOUNT": str(produced.pages),
        "CUSTODIAN": item.custodian,
        "ALLCUSTODIANS": MULTIPLE.join(item.all_custodians or (item.custodian,)),
        "CONFIDENTIALITY": item.confidentiality or settings.confidentiality,
        "WITHHELD": "Y" if item.withheld else "N",
        "PRODVOLUME": settings.volume,
    }
    return row if item.withheld else row | _described(planned, produced, settings)


def _described(planned: Planned, produced: Produced, settings: VolumeSettings) -> dict[str, str]:
    item, facts = planned.item, planned.item.metadata
    row = {
        "FILEPATH": item.path,
        "ALLPATHS": MULTIPLE.join(item.all_paths or (item.path,)),
        "FILENAME": item.name,
        "FILEEXT": extension(name=item.name),
        "FILESIZE": str(item.size),
        "DOCTYPE": item.kind,
        "MD5HASH": item.md5,
        "SHA256": item.sha256,
        "EDRM_MIH": str(facts.get("mih") or ""),
        "TIMEZONE": settings.timezone,
        "NATIVEPATH": produced.native.replace("/", "\\"),
        "TEXTPATH": produced.text.replace("/", "\\"),
    }
    row |= {name: str(facts.get(key) or "") for name, key in _PLAIN.items()}
    row |= {name: MULTIPLE.join(people(value=facts.get(key))) for name, key in _MANY.items()}
    for name, key in (("DATESENT", "date_sent"), ("DATECREATED", "created"), ("DATEMOD", "modified")):
        when = moment(value=facts.get(key), timezone=settings.timezone)
        row[name] = when.strftime(settings.date_format) if when else ""
        if name == "DATESENT":
            row["TIMESENT"] = when.strftime("%H:%M:%S") if when else ""
    return row


def people(*, value: Any) -> list[str]:
    """Return a metadata value that may be one text or a list as a list of texts."""
    if not value:
        return []
    return [value] if isinstance(value, str) else [str(each) for each in value]


def extension(*, name: str) -> str:
    """Return the extension of a file name in lower case without its dot; empty for none and for odd ones."""
    found = re.search(r"[^.]\.([A-Za-z0-9]{1,12})$", name)
    return found[1].lower() if found else ""


def moment(*, value: Any, timezone: str) -> datetime | None:
    """Return a date of a document in the given zone: ISO 8601, PDF (``D:20250314…``) or EXIF form, else None.

    A date without a zone is taken as it stands.
    """
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(timezone)) if value.tzinfo else value
    if not isinstance(value, str) or not value.strip():
        return None
    text = _EXIF_DATE.sub(r"\1-\2-\3 ", value.strip())
    try:
        when = _pdf_moment(text) or datetime.fromisoformat(text)
        return when.astimezone(ZoneInfo(timezone)) if when.tzinfo else when
    except (ValueError, OverflowError):
        return None


def _pdf_moment(text: str) -> datetime | None:
    found = _PDF_DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    plain = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    if not zone:
        return plain
    offset = "+00:00" if zone in "Zz" else f"{zone[:3]}:{zone[-2:]}"
    return datetime.fromisoformat(plain.isoformat() + offset).astimezone(UTC)
