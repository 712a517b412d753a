"""Office packages: bounded reading of their parts, relationships and types; writing with untouched bytes."""

from __future__ import annotations

import copy
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from chancery.engines.comparison.names import BODY, REVISIONS, Element
from chancery.engines.comparison.strict import is_strict, transitional
from chancery.foundation.errors import Refused

MAX_FILE: Final = 256 * 1024**2
MAX_PARTS: Final = 20_000
MAX_EXPANDED: Final = 512 * 1024**2
MAX_XML: Final = 192 * 1024**2
MAX_RATIO: Final = 200
RATIO_FROM: Final = 16 * 1024**2
MAX_DEPTH: Final = 180
STAMP: Final = (1980, 1, 1, 0, 0, 0)
CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
RELS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"
DOCUMENT: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SUFFIXES: Final = {
    DOCUMENT: ".docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": ".dotx",
    "application/vnd.ms-word.document.macroEnabled.main+xml": ".docm",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": ".dotm",
}
MACROS: Final = ("vnd.ms-office.vbaProject", "vnd.ms-word.vbaData")
TYPES: Final = "[Content_Types].xml"
_CT: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_DEEP: Final = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_ODD: Final = re.compile(
    rb"xmlns(?!:w\s*=)(?::[^\s=]+)?\s*=\s*.http://schemas\.openxmlformats\.org/wordprocessingml/2006/main"
    rb"|xmlns(?!:r\s*=)(?::[^\s=]+)?\s*=\s*.http://schemas\.openxmlformats\.org/officeDocument/2006/relationships"
)
_STRICT: Final = b"http://purl.oclc.org/ooxml/"


class Unreadable(Refused):
    """The bytes are not a word-processor file that can be read safely."""

    code = "not_a_document"


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part. target: part name, or an address when external."""

    id: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """Last word of the type, such as ``header`` or ``image``."""
        return self.type.rpartition("/")[2]


@dataclass(slots=True)
class Seen:
    """A parsed part that nobody may change, and what was asked of it before.

    spaces: prefixes that its root declares. odd: whether those are unusual. blocks, revised: answers, once given.
    """

    root: Element
    spaces: dict[str | None, str]
    odd: bool
    blocks: tuple[bytes, ...] | None = None
    revised: bool | None = None


@dataclass(slots=True)
class Package:
    """The parts of one file by name, and what binds them. Types: by part name or extension, in lower case.

    spaces: prefixes that the roots of parsed parts declare. seen: parsed parts by their bytes, only to be read.
    odd: whether some part gives the two main namespaces other prefixes than ``w`` and ``r``, as no office program does.
    strict: whether the file is written in the strict dialect; the parts are in the transitional one then.
    """

    parts: dict[str, bytes]
    overrides: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    relations: dict[str, dict[str, Relation]] = field(default_factory=dict)
    spaces: dict[str, dict[str | None, str]] = field(default_factory=dict)
    seen: dict[bytes, Seen] = field(default_factory=dict)
    odd: bool = False
    strict: bool = False

    def relations_of(self, name: str) -> dict[str, Relation]:
        """Return the relationships of a part by id, empty when it has none."""
        if name not in self.relations:
            data = self.parts.get(rels_name(name))
            self.relations[name] = {} if data is None else _read_relations(data, name)
        return self.relations[name]

    def related(self, name: str, kind: str) -> str | None:
        """Return the first existing part that a part refers to under a kind of relationship."""
        for relation in self.relations_of(name).values():
            if relation.kind == kind and not relation.external and relation.target in self.parts:
                return relation.target
        return None

    def main(self) -> str:
        """Return the name of the main document part."""
        name = self.related("", "officeDocument") or ("word/document.xml" if "word/document.xml" in self.parts else "")
        if not name:
            raise Unreadable("The package holds no word-processor document.")
        return name

    def type_of(self, name: str) -> str:
        """Return the content type of a part, empty when it is not declared."""
        found = self.overrides.get(name.lower())
        return found or self.defaults.get(name.rpartition(".")[2].lower(), "")

    def macros(self) -> tuple[str, ...]:
        """Return the names of the parts that hold macros."""
        return tuple(name for name in self.parts if any(kind in self.type_of(name) for kind in MACROS))

    @property
    def suffix(self) -> str:
        """Return the ending that word processors ask of a file of this kind of document, with its dot."""
        return SUFFIXES.get(self.type_of(self.main()), ".docx")

    def tree(self, name: str) -> Element:
        """Return a parsed root of an XML part to work on, free of prefixes it does not use (see ``spaces``)."""
        return copy.deepcopy(self.look(name))

    def look(self, name: str) -> Element:
        """Return a parsed root of an XML part that nobody may change; parsed once for all packages sharing ``seen``."""
        return self._look(name).root

    def _look(self, name: str) -> Seen:
        data = self.parts[name]
        found = self.seen.get(data)
        if found is None:
            root = parse_xml(data, name)
            spaces = dict(root.nsmap)
            etree.cleanup_namespaces(root)
            found = self.seen[data] = Seen(root, spaces, b"\0" in data[:64] or _ODD.search(data) is not None)
        self.spaces[name] = found.spaces
        self.odd = self.odd or found.odd
        return found

    def revised(self, name: str) -> bool:
        """Return whether a part holds tracked changes."""
        found = self._look(name)
        if found.revised is None:
            found.revised = next(found.root.iter(*REVISIONS), None) is not None
        return found.revised

    def blocks(self, name: str) -> tuple[bytes, ...]:
        """Return the markup of everything that stands in the body of a part, one by one, serialised once."""
        found = self._look(name)
        if found.blocks is None:
            body = found.root.find(BODY)
            found.blocks = () if body is None else tuple(etree.tostring(node, with_tail=False) for node in body)
        return found.blocks


def rels_name(name: str) -> str:
    """Return the name of the part that holds the relationships of a part."""
    folder, _, base = name.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def parse_xml(data: bytes, name: str) -> Element:
    """Parse one part without entities, network or document types."""
    if len(data) > MAX_XML:
        raise Unreadable("%(part)s is larger than %(limit)s MiB.", code="too_large", part=name, limit=MAX_XML >> 20)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        code = "bomb" if b"<!ENTITY" in data[:65536] else "broken"
        raise Unreadable("%(part)s is not well-formed XML.", code=code, part=name) from fault
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise Unreadable("%(part)s declares a document type, which no office file does.", code="bomb", part=name)
    if _STRICT in data[:8192] and root.tag.startswith("{http://purl.oclc.org/"):
        raise Unreadable(
            "%(part)s is written in the strict dialect in a way that cannot be read.", code="strict", part=name
        )
    if _DEEP(root):
        raise Unreadable(
            "%(part)s is nested more than %(limit)s levels deep.", code="too_deep", part=name, limit=MAX_DEPTH
        )
    return root


def kind_of(data: bytes) -> str:
    """Return what a file is by its first bytes: docx, pdf or text; an unknown binary file is refused."""
    if data[:2] == b"PK" or data[:8] == CFB:
        return "docx"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\x00" in data[:4096] and not wide:
        raise Unreadable("The file is neither a Word file, nor a PDF, nor text.")
    return "text"


def read_package(*, data: bytes, name: str = "document") -> Package:
    """Read a package from the bytes of a file. Sizes in bytes.

    Refused (``Unreadable``): no zip or no document (``not_a_document``), encrypted (``encrypted``), a damaged or
    truncated archive (``broken``), more than 20,000 parts, 512 MiB in all or 200 times the packed size (``bomb``),
    names that leave the package or repeat (``unsafe_name``), a file above 256 MiB (``too_large``).
    """
    if len(data) > MAX_FILE:
        raise Unreadable("%(name)s is larger than %(limit)s MiB.", code="too_large", name=name, limit=MAX_FILE >> 20)
    if data[:8] == CFB:
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        if encrypted:
            raise Unreadable(
                "%(name)s is encrypted: open it and save it without a password.", code="encrypted", name=name
            )
        raise Unreadable("%(name)s is an old binary office file: save it as .docx.", name=name)
    if not zipfile.is_zipfile(io.BytesIO(data)):
        if data[:2] == b"PK":
            raise Unreadable("%(name)s is a damaged or truncated archive.", code="broken", name=name)
        raise Unreadable("%(name)s is not a .docx file.", name=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _read_parts(archive, len(data), name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as fault:
        raise Unreadable("%(name)s is a damaged or truncated archive.", code="broken", name=name) from fault
    if TYPES not in parts:
        raise Unreadable("%(name)s is an archive, but not an office file.", name=name)
    strict = is_strict(parts.get("_rels/.rels", b""))
    if strict:
        parts = {part: transitional(there) for part, there in parts.items()}
    package = Package(parts, strict=strict)
    _read_types(package)
    return package


def _read_parts(archive: zipfile.ZipFile, packed: int, name: str) -> dict[str, bytes]:
    """Return all parts, bounded by number, size and ratio."""
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    expanded = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_PARTS or expanded > MAX_EXPANDED or expanded > max(RATIO_FROM, MAX_RATIO * packed):
        raise Unreadable("%(name)s expands beyond every measure of an office file.", code="bomb", name=name)
    parts: dict[str, bytes] = {}
    seen: set[str] = set()
    for entry in entries:
        path = entry.filename
        if entry.flag_bits & 1:
            raise Unreadable(
                "%(name)s is encrypted: open it and save it without a password.", code="encrypted", name=name
            )
        unsafe = (
            not path or path.startswith("/") or "\\" in path or ".." in path.split("/") or ":" in path.split("/")[0]
        )
        if unsafe or path.lower() in seen or not path.isprintable():
            raise Unreadable(
                "%(name)s holds a part with an unsafe name: %(part)s.", code="unsafe_name", name=name, part=ascii(path)
            )
        seen.add(path.lower())
        with archive.open(entry) as stream:
            parts[path] = stream.read(entry.file_size + 1)
    return parts


def _read_types(package: Package) -> None:
    for node in package.look(TYPES):
        kind = node.get("ContentType", "")
        if node.tag == _CT + "Override":
            package.overrides[node.get("PartName", "").lstrip("/").lower()] = kind
        elif node.tag == _CT + "Default":
            package.defaults[node.get("Extension", "").lower()] = kind


def _read_relations(data: bytes, source: str) -> dict[str, Relation]:
    found: dict[str, Relation] = {}
    for node in parse_xml(data, rels_name(source)):
        if node.tag != _RELS + "Relationship":
            continue
        external = node.get("TargetMode") == "External"
        target = node.get("Target", "")
        if not external:
            folder = posixpath.dirname(source)
            path = unquote(target)
            target = path.lstrip("/") if path.startswith("/") else posixpath.normpath(posixpath.join(folder, path))
        found[node.get("Id", "")] = Relation(node.get("Id", ""), node.get("Type", ""), target, external)
    return found


def relations_xml(relations: Mapping[str, Relation], source: str) -> bytes:
    """Return the XML of the relationships of one part, targets relative to it."""
    spaces: Any = {None: _RELS[1:-1]}
    root = etree.Element(_RELS + "Relationships", nsmap=spaces)
    for relation in relations.values():
        node = etree.SubElement(root, _RELS + "Relationship", Id=relation.id, Type=relation.type)
        folder = posixpath.dirname(source) or "."
        node.set("Target", relation.target if relation.external else posixpath.relpath(relation.target, folder))
        if relation.external:
            node.set("TargetMode", "External")
    return xml_bytes(root)


def set_types(data: bytes, types: Mapping[str, str]) -> bytes:
    """Return the content types with an override for every given part; an empty type takes the part out."""
    root = parse_xml(data, TYPES)
    lower = {name.lower() for name in types}
    for node in root.findall(_CT + "Override"):
        if node.get("PartName", "").lstrip("/").lower() in lower:
            root.remove(node)
    for name, kind in types.items():
        if kind:
            etree.SubElement(root, _CT + "Override", PartName="/" + name, ContentType=kind)
    return xml_bytes(root)


def xml_bytes(root: Element) -> bytes:
    """Return an XML part as office programs write it: declared, UTF-8, standalone."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def write_package(*, parts: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a package; the same parts give the same bytes, content types stand first."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name in sorted(parts, key=lambda part: (part != TYPES, part != "_rels/.rels")):
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts[name])
    return stream.getvalue()
