"""The language model laid out beside the compiled modules answers as the packaged one does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import py3langid
import pytest

from chancery.engines.text import tongues
from chancery.engines.text.language import language_of

TEXTS = (
    "The parties agree that this contract is governed by the law of England.",
    "Die Parteien vereinbaren, dass dieser Vertrag deutschem Recht unterliegt.",
    "Les parties conviennent que le présent contrat est régi par le droit français.",
    "Las partes acuerdan que el presente contrato se rige por la ley española.",
    "Стороны договорились, что настоящий договор регулируется российским правом.",
    "KONTRAHENCI UZGADNIAJĄ PRAWO POLSKIE",
    "12345 67890",
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tongues, "_PLACE", tmp_path / "cache")
    tongues.identifier.cache_clear()
    yield tmp_path / "cache"
    tongues.identifier.cache_clear()


def test_laid_out_model_gives_the_answers_and_figures_of_the_packaged_one(place: Path) -> None:
    folder = tongues.lay_out()
    assert folder.parent == place
    held = tongues.identifier()
    assert [held.classify(text) for text in TEXTS] == [py3langid.classify(text) for text in TEXTS]
    assert held.labels == py3langid.langid._get_identifier().labels


def test_without_a_laid_out_model_the_packaged_one_is_read(place: Path) -> None:
    assert [tongues.identifier().classify(text) for text in TEXTS] == [py3langid.classify(text) for text in TEXTS]
    assert not place.exists()


def test_a_broken_lay_out_is_passed_over(place: Path) -> None:
    folder = tongues.lay_out()
    (folder / "out.npy").write_bytes(b"no array")
    assert tongues.identifier().classify(TEXTS[1]) == py3langid.classify(TEXTS[1])


def test_laying_out_again_changes_nothing_and_clears_the_model_of_another_version(place: Path) -> None:
    (place / "tongues-1-2.model").mkdir(parents=True)
    folder = tongues.lay_out()
    times = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert tongues.lay_out() == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == times
    assert list(place.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("a" * 19, None),
        ("甲方应当在收到发票之日起", "zh"),
        ("売主は、買主に対し、本契約に定める商品を引き渡すものとする。", "ja"),
        ("매수인은 물품을 인도받은 날부터 대금을 지급하여야 한다.", "ko"),
        (TEXTS[1], "de"),
        (TEXTS[2], "fr"),
    ],
)
def test_language_by_script_then_by_statistics(text: str, tag: str | None) -> None:
    assert language_of(text=text) == tag
