"""What ties the items of a collection together: exact duplicates, near-duplicates, versions, threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from chancery.engines.text.members import Member, MissingMail, Relation, RelationOptions

__all__ = ["Member", "MissingMail", "Relation", "RelationOptions", "relate"]

DEFAULTS = RelationOptions()


def relate(
    *, members: Iterable[Member], text_of: Callable[[str], str | None], options: RelationOptions = DEFAULTS
) -> Iterator[Relation]:
    """Yield one relation for each member, in the order given.

    members: a whole collection; a family must be complete. Only compact facts of them are held.
    text_of: returns the text of an item, None when it has none; called several times, so it may read a file.
    """
    kept: dict[str, str] = {}
    for member in members:
        first = kept.setdefault(member.sha256, member.id) if member.sha256 else member.id
        yield Relation(
            id=member.id,
            duplicate_of=first if first != member.id else None,
            duplicate_reason="file" if first != member.id else None,
            custodians=(member.custodian,) if member.custodian else (),
            paths=(member.path,),
        )
