"""Compiles the translations of every room and checks that nothing people read is left untranslated.

``python -m chancery.project.translations`` compiles; with ``--check`` it exits 1 and lists what is missing.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).resolve().parent.parent
LANGUAGE: Final = "zh_Hans"
CONTEXT_MARKERS: Final = frozenset({"pgettext", "pgettext_lazy"})
MARKERS: Final = frozenset({"gettext", "gettext_lazy", "gettext_noop", "_", "ngettext", "ngettext_lazy"})
_TRANSLATE: Final = re.compile(
    r"""{%\s*(?:translate|trans)\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')(?:\s+context\s+"([^"]+)")?"""
)
_BLOCK: Final = re.compile(
    r"{%\s*blocktrans(?:late)?\b([^%]*)%}(.*?)(?:{%\s*plural\s*%}(.*?))?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL
)
_VARIABLE: Final = re.compile(r"{{\s*([\w.]+)(?:\|[^}]*)?\s*}}")
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a catalogue. plurals: translations by number of the plural form."""

    context: str | None
    singular: str
    plural: str | None
    texts: tuple[str, ...]
    fuzzy: bool
    line: int

    @property
    def key(self) -> str:
        """The name under which the compiled catalogue holds the entry."""
        head = in_context(self.context, self.singular)
        return f"{head}\x00{self.plural}" if self.plural is not None else head


def in_context(context: str | None, sentence: str) -> str:
    """Return the key of a sentence that means different things in different contexts (GNU gettext)."""
    return f"{context}\x04{sentence}" if context else sentence


def read_catalogue(*, path: Path) -> list[Message]:
    """Read a .po file; ValueError names the line that cannot be read."""
    messages: list[Message] = []
    parts: dict[str, str] = {}
    state = {"fuzzy": False, "line": 0}
    last = ""

    def close() -> None:
        if "msgid" in parts:
            texts = [parts[name] for name in sorted(parts) if name.startswith("msgstr")]
            messages.append(
                Message(
                    parts.get("msgctxt"),
                    parts["msgid"],
                    parts.get("msgid_plural"),
                    tuple(texts),
                    bool(state["fuzzy"]),
                    int(state["line"]),
                )
            )
            state["fuzzy"] = False
        parts.clear()

    for number, raw in enumerate(path.read_text("utf-8").splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            if parts and "msgid" in parts and any(name.startswith("msgstr") for name in parts):
                close()
            if line.startswith("#,") and "fuzzy" in line:
                state["fuzzy"] = True
            continue
        if not line:
            close()
            continue
        found = re.fullmatch(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*(".*")', line)
        if found is None:
            raise ValueError(f"{path}:{number}: not a line of a catalogue")
        keyword = found[1] or last
        if found[1] in ("msgctxt", "msgid") and any(name.startswith("msgstr") for name in parts):
            close()
        if found[1] == "msgid":
            state["line"] = number
        try:
            parts[keyword] = ("" if found[1] else parts.get(keyword, "")) + ast.literal_eval(found[2])
        except (SyntaxError, ValueError):
            raise ValueError(f"{path}:{number}: not a quoted text") from None
        last = keyword
    close()
    return messages


def compiled(messages: list[Message]) -> bytes:
    """Return the machine form (.mo, GNU gettext) of a catalogue; fuzzy and empty entries are left out."""
    pairs = sorted(
        (message.key.encode(), "\x00".join(message.texts).encode())
        for message in messages
        if not message.fuzzy and all(message.texts)
    )
    ids, texts, offsets = b"", b"", []
    for key, text in pairs:
        offsets.append((len(ids), len(key), len(texts), len(text)))
        ids += key + b"\x00"
        texts += text + b"\x00"
    keys_at, table = 28 + 16 * len(pairs), []
    for key_offset, key_length, _text_offset, _text_length in offsets:
        table += [key_length, keys_at + key_offset]
    for _key_offset, _key_length, text_offset, text_length in offsets:
        table += [text_length, keys_at + len(ids) + text_offset]
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return header + struct.pack(f"<{len(table)}I", *table) + ids + texts


def catalogues() -> list[Path]:
    """Return every catalogue below the package."""
    return sorted(SOURCE.rglob("locale/*/LC_MESSAGES/*.po"))


def compile_all() -> int:
    """Compile the catalogues that are newer than their machine form; returns how many."""
    count = 0
    for path in catalogues():
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        draft = target.with_suffix(".mo.draft")
        draft.write_bytes(compiled(read_catalogue(path=path)))
        draft.replace(target)
        count += 1
    return count


def used_in_template(text: str) -> Iterator[str]:
    """Yield the sentences a template asks to have translated, each in its context."""
    for found in _TRANSLATE.finditer(text):
        sentence = found[1] if found[1] is not None else found[2]
        yield in_context(found[3], sentence.replace('\\"', '"').replace("\\'", "'"))
    for found in _BLOCK.finditer(text):
        for body in (found[2], found[3]):
            if body is None:
                continue
            if "trimmed" in found[1]:
                body = " ".join(line.strip() for line in body.strip().splitlines())
            yield _VARIABLE.sub(r"%(\1)s", body.replace("%", "%%"))


def used_in_code(tree: ast.AST, *, refusals: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the sentences Python code asks to have translated, and those of the refusals it raises."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        values = [each.value if isinstance(each, ast.Constant) else None for each in node.args[:2]]
        texts = [value if isinstance(value, str) else "" for value in values]
        if name in CONTEXT_MARKERS:
            yield in_context(*texts)
        elif name in MARKERS or name in refusals:
            yield from texts if name.startswith("ngettext") else texts[:1]


def refusal_names(trees: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names of every kind of refusal: classes that descend from Refused."""
    parents: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                names = {base.id for base in node.bases if isinstance(base, ast.Name)}
                parents.setdefault(node.name, set()).update(names)
    found = {"Refused"}
    while grown := {name for name, bases in parents.items() if bases & found} - found:
        found |= grown
    return frozenset(found)


def used_sentences() -> dict[str, str]:
    """Return every sentence people read and the first file that uses it."""
    used: dict[str, str] = {}
    for path in sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt"), *SOURCE.rglob("*.svg")]):
        if "templates" in path.parts:
            for sentence in used_in_template(path.read_text("utf-8")):
                used.setdefault(sentence, str(path.relative_to(SOURCE)))
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
    refusals = refusal_names(trees.values())
    for path, tree in trees.items():
        for sentence in used_in_code(tree, refusals=refusals):
            used.setdefault(sentence, str(path.relative_to(SOURCE)))
    used.pop("", None)
    return used


def problems() -> list[str]:
    """Return what is missing, empty, fuzzy, contradictory or has other placeholders than its English."""
    found: list[str] = []
    translated: dict[str, tuple[str, tuple[str, ...]]] = {}
    for path in catalogues():
        name = str(path.relative_to(SOURCE))
        for message in read_catalogue(path=path):
            if not message.singular:
                continue
            place = f"{name}:{message.line}"
            if message.fuzzy:
                found.append(f"{place}: fuzzy: {message.singular!r}")
            if not message.texts or not all(message.texts):
                found.append(f"{place}: empty: {message.singular!r}")
            wanted = set(_PLACEHOLDER.findall(message.plural or message.singular))
            if any(set(_PLACEHOLDER.findall(text)) - wanted for text in message.texts):
                found.append(f"{place}: unknown placeholder: {message.singular!r}")
            if LANGUAGE in path.parts:
                first, texts = translated.setdefault(
                    in_context(message.context, message.singular), (place, message.texts)
                )
                if texts != message.texts:
                    found.append(f"{place}: other words than in {first}: {message.singular!r}")
                if message.plural:
                    translated.setdefault(in_context(message.context, message.plural), (place, message.texts))
    for sentence, place in sorted(used_sentences().items(), key=lambda pair: (pair[1], pair[0])):
        if sentence not in translated:
            found.append(f"{place}: no Chinese: {sentence!r}")
    return found


def main(arguments: list[str]) -> int:
    """Compile, or with --check list what is missing; returns the exit code."""
    if "--check" not in arguments:
        sys.stdout.write(f"{compile_all()} catalogues compiled\n")
        return 0
    found = problems()
    for line in found:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"translations: {len(used_sentences())} sentences, {len(found)} problems\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
