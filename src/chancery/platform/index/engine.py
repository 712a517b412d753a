"""The embedded search store: one tantivy index per organisation under the home's ``index`` folder.

Every token is stored as ``field:token`` in one field of positions, so rooms may name fields freely and a phrase
never runs from one field into the next. Only the worker or a headless run writes; everyone reads.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import tantivy
from django.conf import settings

from chancery.foundation.errors import Fault
from chancery.platform.index.query import And, Everything, Not, Or, Phrase, Prefix, Query, Term
from chancery.platform.index.values import Entry, Hits

FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
BATCH_HEAP: Final = 64_000_000
_open_indexes: dict[Path, Any] = {}


def put(*, tenant_id: str, entries: Iterable[Entry]) -> int:
    """Add documents, replacing those with the same id, and make them findable; returns how many."""
    with _writer(tenant_id) as writer:
        count = 0
        for entry in entries:
            if entry.tenant_id != tenant_id:
                raise Fault("a document of one organisation is not put into another's index")
            writer.delete_documents_by_term("document_id", entry.document_id)
            writer.add_document(_document(entry))
            count += 1
        return count


def delete(*, tenant_id: str, document_ids: Iterable[str]) -> None:
    """Take documents out; ids that are not there are left aside."""
    with _writer(tenant_id) as writer:
        for document_id in document_ids:
            writer.delete_documents_by_term("document_id", document_id)


def erase(*, tenant_id: str) -> None:
    """Remove an organisation's whole index, to build it again from the database."""
    folder = _folder(tenant_id)
    _open_indexes.pop(folder, None)
    shutil.rmtree(folder, ignore_errors=True)


def find(*, tenant_id: str, query: Query, matter_ids: Collection[str], limit: int, offset: int = 0) -> Hits:
    """Return the best documents of the permitted matters; what lies elsewhere is neither found nor counted.

    limit: 0 to 10,000; 0 only counts. Best first, equal scores by document id where they meet on one page.
    """
    folder = _folder(tenant_id)
    if not matter_ids or not _exists(folder):
        return Hits(0, [])
    index = _index(folder)
    permitted = tantivy.Query.const_score_query(
        tantivy.Query.term_set_query(index.schema, "matter_id", sorted(matter_ids)), 0.0
    )
    whole = tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, permitted), (tantivy.Occur.Must, _translated(index.schema, query))]
    )
    searcher = index.searcher()
    result = searcher.search(whole, limit=max(limit, 1), offset=offset, count=True)
    found = [(searcher.doc(address).get_first("document_id"), float(score)) for score, address in result.hits]
    found.sort(key=lambda hit: (-hit[1], hit[0]))
    return Hits(int(result.count or 0), found[:limit])


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("document_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("matter_id", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("content", stored=False, tokenizer_name="whitespace", index_option="position")
    return builder.build()


def _document(entry: Entry) -> Any:
    document = tantivy.Document()
    document.add_text("document_id", entry.document_id)
    document.add_text("matter_id", entry.matter_id)
    for name, tokens in entry.fields.items():
        if not FIELD.fullmatch(name):
            raise Fault(f"not the name of a search field: {name}")
        document.add_text("content", " ".join(f"{name}:{token}" for token in tokens.split()))
    return document


def _translated(schema: Any, query: Query) -> Any:
    make = tantivy.Query
    match query:
        case Term(field, token):
            return make.term_query(schema, "content", f"{field}:{token}")
        case Phrase(field, tokens):
            words: list[str | tuple[int, str]] = [f"{field}:{token}" for token in tokens]
            if len(tokens) < 2:
                return _translated(schema, Term(field, tokens[0])) if tokens else make.empty_query()
            return make.phrase_query(schema, "content", words)
        case Prefix(field, token):
            return make.regex_query(schema, "content", re.escape(f"{field}:{token}") + ".*")
        case And(parts):
            return _all_of(schema, parts)
        case Or(parts):
            if not parts:
                return make.empty_query()
            return make.boolean_query([(tantivy.Occur.Should, _translated(schema, part)) for part in parts])
        case Not(part):
            return _all_of(schema, (Not(part),))
        case Everything():
            return make.const_score_query(make.all_query(), 0.0)


def _all_of(schema: Any, parts: tuple[Query, ...]) -> Any:
    """Join parts that must hold; parts that must not are subtracted from them, or from every document."""
    clauses = [
        (tantivy.Occur.MustNot, _translated(schema, part.part))
        if isinstance(part, Not)
        else (tantivy.Occur.Must, _translated(schema, part))
        for part in parts
    ]
    if all(isinstance(part, Not) for part in parts):
        clauses.append((tantivy.Occur.Must, _translated(schema, Everything())))
    return tantivy.Query.boolean_query(clauses)


def _folder(tenant_id: str) -> Path:
    if not tenant_id.isalnum():
        raise Fault("not the id of an organisation")
    return Path(settings.CHANCERY_INDEX) / tenant_id


def _exists(folder: Path) -> bool:
    return (folder / "meta.json").exists()


def _index(folder: Path) -> Any:
    index = _open_indexes.get(folder)
    if index is None:
        index = _open_indexes[folder] = tantivy.Index.open(str(folder))
    index.reload()
    return index


@contextmanager
def _writer(tenant_id: str) -> Iterator[Any]:
    """Open the one writer of an index, waiting for another process that has it; commits at the end."""
    folder = _folder(tenant_id)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{tenant_id}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        index = tantivy.Index(_schema(), path=str(folder)) if not _exists(folder) else tantivy.Index.open(str(folder))
        writer = index.writer(heap_size=BATCH_HEAP, num_threads=1)
        try:
            yield writer
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()
