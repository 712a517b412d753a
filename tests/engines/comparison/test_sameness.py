"""Signs of blocks: the same exactly where the canonical lines are the same, whatever the bytes."""

from __future__ import annotations

import random
import re

import pytest
from lxml import etree
from tests.engines.comparison.making import make, par, random_pair, run, table

from chancery.engines.comparison.alignment import blocks_of
from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.names import BODY
from chancery.engines.comparison.package import read_package
from chancery.engines.comparison.sameness import name_blocks
from chancery.engines.comparison.tokens import WORDS

BOLD = "<w:b/>"


def signs(old: bytes, new: bytes) -> tuple[list[str], list[str], list[str]]:
    """Signs of both sides, and the canonical lines of all blocks, read one by one without a memory."""
    sides, lines = [], []
    for data in (old, new):
        package = read_package(data=data)
        body = package.look(package.main()).find(BODY)
        nodes = [node for node in body if not str(node.tag).endswith("sectPr")]
        sides.append(blocks_of(nodes=nodes, canon=Canon(package, package.main())))
        lines += ["\n".join(Canon(package, package.main()).block(node)) for node in nodes]
    name_blocks(old=sides[0], new=sides[1])
    return [block.sign for block in sides[0]], [block.sign for block in sides[1]], lines


def test_text_cut_into_runs_another_way_is_the_same_block() -> None:
    old, new, _lines = signs(make(par(run("sea") + run("side"))), make(par(run("seaside"))))
    assert old == new


def test_save_marks_do_not_tell_blocks_apart_but_formats_do() -> None:
    marked = par("seaside").replace("<w:p>", '<w:p w:rsidR="00AA11BB">')
    old, new, _lines = signs(make(par("seaside") + par(run("seaside", BOLD))), make(marked + par("seaside")))
    assert old[0] == new[0] == new[1] != old[1]


def test_a_paragraph_is_no_cell_of_the_same_text() -> None:
    old, new, _lines = signs(make(par("rent")), make(table([["rent"]]) + par("rent")))
    assert old[0] == new[1] != new[0]


@pytest.mark.parametrize("seed", range(12))
def test_signs_agree_where_lines_agree(seed: int) -> None:
    old, new, lines = signs(*random_pair(seed, revisions=seed % 3 == 0))
    named = [*old, *new]
    assert [[one == two for two in named] for one in named] == [[one == two for two in lines] for one in lines]


def test_short_branches_cut_words_as_the_long_ones_do() -> None:
    whole = re.compile(WORDS.pattern.split("|", 3)[3], re.DOTALL)
    draw = random.Random(7)
    letters = "ab1'\u2019_ .,\u00e9\u4e2d\u0301-\n9\x00`{@[Z"
    for _turn in range(20_000):
        text = "".join(draw.choices(letters, k=draw.randrange(12)))
        assert WORDS.findall(text) == whole.findall(text)


def test_a_body_is_cut_into_the_markup_of_its_blocks() -> None:
    package = read_package(data=make(par("one") + par("two")))
    found = [etree.fromstring(raw).findtext(".//{*}t") for raw in package.blocks(package.main())]
    assert found[:2] == ["one", "two"]
