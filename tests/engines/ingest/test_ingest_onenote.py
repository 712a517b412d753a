"""OneNote sections: pages in their order, revisions, files, damage; on a disk and as a server packs them."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engines.ingest import onenote
from tests.engines.ingest.builders import expand
from tests.engines.ingest.onenote import Notebook, Revision, on_disk, packed, page, wide

from chancery.engines.ingest import archivelib, onevalues
from chancery.engines.ingest.onepages import read_section
from chancery.engines.ingest.onestore import read_store
from chancery.engines.ingest.readers.onenote import read
from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.ingest.records import Item

Writer = Callable[[Notebook], bytes]
WRITERS = (on_disk, packed)
TICKS = 133_852_608_000_000_000
"""2025-03-01 00:00 UTC: 154,922 days of 86,400 seconds after 1601-01-01 (20,148 after 1970), in units of 100 ns."""


def plain(data: bytes) -> Reading:
    """Read bytes without the expansion around it."""
    return read(Content("a.one", Path("/nowhere"), len(data), data[:65536], kept=data), "one")


def one(data: bytes) -> Item:
    """Return the section alone."""
    return expand(data, "a.one")[0]


@pytest.mark.parametrize("write", WRITERS)
def test_pages_in_their_order_with_titles_tables_and_facts(write: Writer) -> None:
    facts = {onenote.CREATED: TICKS, onenote.BY: wide("Ann Bell")}
    table = [["Part", "Price"], ["Seal", "3 €"]]
    cells = [[[text] for text in row] for row in table]
    book = Notebook(
        {
            2: [Revision(page("Pumps", "They arrive on Monday.", "泵在周一到达。", facts=facts))],
            3: [Revision(page("Prices", "Before", cells, "After"))],
        },
        listed=[3, 2],
        extra=[(5, onenote.AUTHOR, {onenote.BY: wide("Bob Cole")})],
    )
    item = one(write(book))
    assert (item.status, item.exception, item.media_type) == ("item", None, "application/onenote")
    assert item.text == (
        "Prices\nBefore\nPart\tPrice\nSeal\t3 €\nAfter\n\nPumps\nThey arrive on Monday.\n泵在周一到达。"
    )
    told = {name: value for name, value in item.metadata.items() if name not in ("language", "charset")}
    assert told == {
        "pages": 2,
        "page_titles": ["Prices", "Pumps"],
        "page_created": [None, "2025-03-01T00:00:00+00:00"],
        "page_modified": ["1980-01-02T00:00:00+00:00"] * 2,
        "created": "2025-03-01T00:00:00+00:00",
        "modified": "1980-01-02T00:00:00+00:00",
        "author": ["Bob Cole", "Ann Bell"],
    }


@pytest.mark.parametrize("write", WRITERS)
def test_files_on_a_page_are_children_under_their_names(write: Writer) -> None:
    book = Notebook(
        {2: [Revision(page("Pumps", ("offer.txt", 7), "and", ("gone.txt", 8)))]},
        files={7: b"Seven pumps", 9: b"%PDF-1.4 old"},
    )
    reading = plain(write(book))
    children = list(reading.children)
    assert reading.text == "Pumps\noffer.txt\nand\ngone.txt"
    told = [(child.name, child.source and bytes(child.source)[:12], child.exception) for child in children]
    assert told == [
        ("offer.txt", b"Seven pumps", None),
        ("gone.txt", None, "attachment_missing"),
        ("file-003.pdf", b"%PDF-1.4 old", None),
    ]
    assert children[2].metadata == {"earlier_version": True}


@pytest.mark.parametrize("write", WRITERS)
def test_only_the_newest_revision_stands_in_the_pages(write: Writer) -> None:
    old = page("Pumps", "They arrive on Sunday, says Cole.", "Same words")
    new = page("Pumps", "They arrive on Monday.", "Same words")
    book = Notebook(
        {
            2: [
                Revision(old, 1, 0, 0),
                Revision([new[3], new[4]], 2, 1),
            ]
        }
    )
    changed = [each for each in new if each[2].get(onenote.ASCII) == b"They arrive on Monday."]
    book = Notebook({2: [Revision(old, 1, 0, 0), Revision(changed, 2, 1)]})
    item = one(write(book))
    assert item.exception is None
    assert item.text == "Pumps\nThey arrive on Monday.\nSame words\n\nThey arrive on Sunday, says Cole."
    assert item.metadata["earlier_paragraphs"] == 1


@pytest.mark.parametrize("write", WRITERS)
def test_versions_conflicts_and_pages_taken_out_follow_and_are_counted(write: Writer) -> None:
    context = b"C" * 16 + struct.pack("<I", 1)
    book = Notebook(
        {
            2: [Revision(page("Pumps", "Now")), Revision(page("Pumps", "Version of May"), 2, 0, 1, context)],
            3: [Revision(page("Rival", "Other hand", kind=onenote.CONFLICT))],
            4: [Revision(page("Bin", "Thrown away"))],
        },
        listed=[2],
    )
    item = one(write(book))
    assert item.text == "Pumps\nNow\n\nRival\nOther hand\n\nBin\nThrown away\n\nVersion of May"
    names = ("pages", "page_titles", "earlier_versions", "earlier_paragraphs", "conflict_pages", "unlisted_pages")
    assert [item.metadata[name] for name in names] == [1, ["Pumps"], 1, 1, 1, 1]


def test_parts_of_a_page_from_top_to_bottom_and_links_with_their_address() -> None:
    made = page("Top", "one")
    link = '\ufddfHYPERLINK "https://example.org/a"shown'
    made += [(80, onenote.RICH, {onenote.TEXT: wide(link)}), (81, onenote.RICH, {onenote.ASCII: b"first"})]
    made += [(82, onenote.OUTLINE, {onenote.ELEMENTS: [80], onenote.DOWN: 0x40A00000})]
    made += [(83, onenote.OUTLINE, {onenote.ELEMENTS: [81], onenote.DOWN: 0x3F800000})]
    place = next(at for at, each in enumerate(made) if each[1] == onenote.PAGE)
    props = dict(made[place][2])
    props[onenote.ELEMENTS] = [82, 83]
    made[place] = (12, onenote.PAGE, props)
    assert one(on_disk(Notebook({2: [Revision(made)]}))).text == ("Top\nfirst\nhttps://example.org/a shown\n\none")


def test_what_no_transaction_has_committed_stands_apart() -> None:
    revisions = [Revision(page("Pumps", "Committed"), 1), Revision(page("Pumps", "Never saved at all"), 2, 1)]
    item = one(on_disk(Notebook({2: revisions}, spoil="uncommitted")))
    assert (item.text, item.exception) == ("Pumps\nCommitted\n\nNever saved at all", None)
    assert item.metadata["unplaced_paragraphs"] == 1


def test_a_loop_in_a_list_ends_and_is_told() -> None:
    item = one(on_disk(Notebook({2: [Revision(page("Pumps", "They arrive on Monday."))]}, spoil="loop")))
    assert (item.exception, item.text) == ("partly_extracted", "Pumps\nThey arrive on Monday.")


def test_a_damaged_list_leaves_the_text_that_can_be_searched() -> None:
    book = Notebook(
        {2: [Revision(page("Pumps", "Plain words", "Über die Pumpen wird verhandelt"))]},
        files={1: b"kept words"},
        spoil="damaged",
    )
    section, child = expand(on_disk(book), "a.one")
    assert (section.exception, section.text) == ("corrupt", "Pumps\nPlain words\nÜber die Pumpen wird verhandelt")
    assert child.text == "kept words"


@pytest.mark.parametrize("write", WRITERS)
def test_a_section_cut_short_is_told(write: Writer) -> None:
    whole = write(Notebook({2: [Revision(page("Pumps", "Über die Pumpen wird verhandelt"))]}))
    item = one(whole[: len(whole) - 150])
    assert item.exception == "truncated"
    assert "Über die Pumpen wird verhandelt" in (item.text or "")


@pytest.mark.parametrize("write", WRITERS)
def test_locked_pages_are_told_and_the_others_read(write: Writer) -> None:
    pages = {2: [Revision(page("Pumps", "They arrive."))], 3: [Revision(page("Open", "For all", ("x.txt", 7)))]}
    item = one(write(Notebook({2: pages[2]}, spoil="locked 2")))
    assert (item.status, item.exception, item.text) == ("exception", "encrypted", None)
    item = one(write(Notebook(pages, {7: b"kept", 8: b"old"}, spoil="locked 2")))
    assert (item.exception, item.text) == ("encrypted", "Open\nFor all\nx.txt")
    children = plain(write(Notebook(pages, {7: b"kept", 8: b"old"}, spoil="locked 2"))).children
    assert [(child.name, child.source) for child in children] == [("x.txt", b"kept")]
    item = one(write(Notebook(pages, spoil="locked 1")))
    assert item.exception == "encrypted"


def test_deleted_pages_paths_templates_and_drawn_text() -> None:
    made = page("Pumps", ("offer.txt", 7), facts={0x08001DE9: True, 0x1C001CA5: wide("Daily sheet")})
    made = [
        (n, j, {**p, 0x1C001D9D: wide("C:\\offers\\offer.txt")} if j == onenote.EMBEDDED else p) for n, j, p in made
    ]
    made = [(n, j, {**p, 0x20001C3F: 99} if j == onenote.EMBEDDED else p) for n, j, p in made]
    metafile = b"\x01\0\0\0" + bytes(36) + b" EMF" + bytes(20) + "drawn words stand here".encode("utf-16-le")
    book = Notebook({2: [Revision([*made, (99, onenote.PICTURE, {0: 8})])]}, files={7: b"Seven pumps", 8: metafile})
    reading = plain(on_disk(book))
    assert reading.text == "Pumps\noffer.txt\ndrawn words stand here"
    assert (reading.metadata["deleted_pages"], reading.metadata["templates"]) == (1, ["Daily sheet"])
    told = [(child.name, child.metadata) for child in reading.children]
    assert told == [("offer.txt", {"source_path": "C:\\offers\\offer.txt"}), ("file-002.txt", {})]


def test_too_many_parts_are_refused_and_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    data = on_disk(Notebook({2: [Revision(page("Pumps", "Über die Pumpen wird verhandelt"))]}))
    monkeypatch.setattr(onevalues.Budget.__init__, "__defaults__", (20,))
    item = one(data)
    assert (item.exception, item.text) == ("too_large", "Über die Pumpen wird verhandelt")


def test_a_page_that_holds_itself_is_read_once() -> None:
    made = page("Pumps", "one")
    made = [(n, j, {**p, onenote.ELEMENTS: [n]}) if j == onenote.OUTLINE else (n, j, p) for n, j, p in made]
    item = one(on_disk(Notebook({2: [Revision(made)]})))
    assert item.exception == "partly_extracted"
    assert item.metadata["page_titles"] == ["Pumps"]


@pytest.mark.parametrize("write", WRITERS)
def test_no_damage_ends_in_a_fault(write: Writer) -> None:
    pages = {2: [Revision(page("Pumps", "They arrive.", [[["a"], ["b"]]], ("x.txt", 1)))]}
    whole, dice = write(Notebook(pages, files={1: b"kept"})), random.Random(7)
    for _ in range(300):
        spoilt = bytearray(whole)
        for _ in range(dice.choice((1, 4, 40))):
            spoilt[dice.randrange(64, len(spoilt))] = dice.choice((0, 1, 128, 255))
        reading = plain(bytes(spoilt[: dice.choice((len(spoilt), dice.randrange(80, len(spoilt))))]))
        list(reading.children)
        assert reading.exception in (None, "corrupt", "truncated", "partly_extracted", "encrypted", "unsupported")


def test_a_table_of_contents_lists_its_sections() -> None:
    entries = [(3, 0x20001, {0x1C001D6B: wide("Second.one"), 0x14001CB9: 2})]
    entries += [(4, 0x20001, {0x1C001D6B: wide("First.one"), 0x14001CB9: 1})]
    data = on_disk(Notebook({}, listed=[], extra=entries))
    (item,) = expand(bytes.fromhex("a12fff43d9ef764c9ee210ea5722765f") + data[16:], "Open Notebook.onetoc2")
    assert (item.exception, item.text, item.metadata["sections"]) == (
        None,
        "First.one\nSecond.one",
        ["First.one", "Second.one"],
    )


def test_a_packed_notebook_is_a_container_of_its_sections() -> None:
    data = onenote.cabinet("Notes.one", on_disk(Notebook({2: [Revision(page("Pumps", "They arrive."))]})))
    items = expand(data, "Notes.onepkg")
    if archivelib.library() is None:
        assert (items[0].status, items[0].exception) == ("exception", "unsupported")
        return
    assert [(item.name, item.status, item.exception) for item in items] == [
        ("Notes.onepkg", "container", None),
        ("Notes.one", "item", None),
    ]
    assert items[1].text == "Pumps\nThey arrive."


def test_older_stores_declare_their_objects_without_groups() -> None:
    """MS-ONESTORE 2.1.9 and 2.5.23: tables of GUIDs, objects and their changes stand in the revision itself."""
    disk = onenote._Disk(Notebook({}))
    made = page("Pumps", "They arrive on Sunday.")
    table = [onenote.node(0x021, b"\0"), onenote.node(0x024, struct.pack("<I", 1) + onenote.MINE), onenote.node(0x028)]
    nodes = [onenote.node(0x01B, onenote.identity(onenote.MINE, 1) + bytes(28) + struct.pack("<IH", 1, 0)), *table]
    for number, jcid, props in made:
        body = struct.pack("<IH", number | 1 << 8, jcid & 0x3FF) + bytes(4) + b"\x01"
        nodes.append(onenote.node(0x02D, body, disk.put(onenote.properties(props)), 1))
    nodes += [onenote.node(0x059, struct.pack("<II", 10 | 1 << 8, 1)), onenote.node(0x01C)]
    text = next(number for number, _, props in made if props.get(onenote.ASCII) == b"They arrive on Sunday.")
    second = onenote.identity(onenote.MINE, 2) + onenote.identity(onenote.MINE, 1)
    nodes += [onenote.node(0x01B, second + bytes(8) + struct.pack("<IH", 1, 0)), onenote.node(0x022)]
    nodes += [onenote.node(0x026, struct.pack("<III", 1, 1, 5)), onenote.node(0x028)]
    changed = disk.put(onenote.properties({onenote.ASCII: b"They arrive on Monday."}))
    nodes += [onenote.node(0x041, struct.pack("<IB", text | 5 << 8, 4) + bytes(3), changed, 1), onenote.node(0x01C)]
    manifests = disk.listed([onenote.node(0x014, onenote.identity(onenote.SPACES, 1) + bytes(4)), *nodes])
    inner = [onenote.node(0x00C, onenote.identity(onenote.SPACES, 1)), onenote.node(0x010, ref=manifests, base=2)]
    space = onenote.node(0x008, onenote.identity(onenote.SPACES, 1), disk.listed(inner), 2)
    root = disk.listed([space])
    struct.pack_into("<QI", disk.out, 172, *root)
    store = read_store(data=bytes(disk.out))
    assert (store.damaged, len(store.older)) == (False, 1)
    section = read_section(store=store)
    assert [each.lines for each in section.others] == [["Pumps", "They arrive on Monday."]]
