"""Word vectors of a local file: read in every form, refused when broken, and one view more of the documents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chancery.engines.review.embeddings import VectorsRefused, WordVectors, embed, read_vectors
from chancery.engines.review.simulation import Collection, SimulationRefused, replay, simulate
from chancery.project.commands.review import register
from engines.review.review_collections import english

WORDS = ["cartel", "Quota", "lunch", "价格"]
TABLE = np.array([[1.0, 0.0, 0.5], [0.9, 0.1, 0.5], [0.0, 1.0, 0.5], [1.0, 0.2, 0.5]], np.float32)


def written(folder: Path, form: str) -> Path:
    path = folder / f"v{form}"
    if form == ".npz":
        np.savez(path, words=np.array(WORDS), vectors=TABLE)
    elif form == ".npy":
        np.save(path, TABLE)
        path.with_suffix(".vocab").write_text("\n".join(WORDS) + "\n", "utf-8")
    else:
        rows = [f"{word} {' '.join(map(str, row))}" for word, row in zip(WORDS, TABLE.tolist(), strict=True)]
        path.write_text("\n".join([*(["4 3"] if form == ".vec" else []), *rows]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("form", [".npz", ".npy", ".vec", ".txt"])
def test_every_form_gives_the_same_vectors(tmp_path: Path, form: str) -> None:
    vectors = read_vectors(written(tmp_path, form))
    assert dict(vectors.places) == {"cartel": 0, "quota": 1, "lunch": 2, "价格": 3}
    np.testing.assert_array_equal(vectors.table, TABLE)
    assert len(vectors.digest) == 64


def test_a_document_is_the_weighted_mean_of_its_words_without_what_all_share() -> None:
    vectors = WordVectors({"cartel": 0, "quota": 1, "lunch": 2, "价格": 3}, TABLE, "d")
    got = embed(
        titles=["Cartel quota", "lunch", "价格价格", ""], bodies=["", "Lunch today", "", "nothing"], vectors=vectors
    )
    # Six words met: cartel 1, quota 1, lunch 2, 价格 2.
    weight = {
        word: 0.001 / (0.001 + count / 6) for word, count in (("cartel", 1), ("quota", 1), ("lunch", 2), ("价格", 2))
    }
    raw = np.array(
        [
            (weight["cartel"] * TABLE[0] + weight["quota"] * TABLE[1]) / 2,
            weight["lunch"] * TABLE[2],
            weight["价格"] * TABLE[3],
        ],
        np.float64,
    )
    main = np.linalg.svd(raw)[2][0]
    np.testing.assert_allclose(got[:3], raw - np.outer(raw @ main, main), atol=1e-6)
    np.testing.assert_array_equal(got[3], np.zeros(3))


def test_documents_without_known_words_are_rows_of_zeros() -> None:
    vectors = WordVectors({"x": 0}, np.ones((1, 2), np.float32), "d")
    assert embed(titles=["a b"], bodies=[""], vectors=vectors).tolist() == [[0.0, 0.0]]


def meaning(*, seed: int = 4) -> tuple[Collection, WordVectors]:
    """Relevant documents that share a meaning and hardly a word; vectors that know which words mean alike."""
    draw = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    names = ["".join(draw.choice(letters, 9)) for _ in range(800)]
    alike, others = names[:400], names[400:]
    labels = np.zeros(240, bool)
    labels[draw.choice(240, 24, replace=False)] = True
    bodies = tuple(
        " ".join([*draw.choice(alike if label else others, 6), *draw.choice(others, 24)]) for label in labels.tolist()
    )
    table = draw.normal(0, 0.3, (800, 8)).astype(np.float32)
    table[:400, 0] += 1
    # Trained vectors have a direction in common, which says nothing about their documents.
    table[:, 7] += 2
    vectors = WordVectors({word: place for place, word in enumerate(names)}, table, "0" * 64)
    return Collection(("",) * 240, bodies, labels), vectors


def test_vectors_find_what_shares_no_words_and_a_run_with_them_replays_only_with_them() -> None:
    collection, vectors = meaning()
    without, run = simulate(collection=collection, seed=1), simulate(collection=collection, seed=1, vectors=vectors)
    assert run.measures.atd < 0.75 * without.measures.atd
    assert run.ledger.head.model == f"{without.ledger.head.model}+vectors:{'0' * 16}"
    assert replay(collection=collection, ledger=run.ledger, vectors=vectors) is None
    with pytest.raises(SimulationRefused) as refused:
        replay(collection=collection, ledger=run.ledger)
    assert refused.value.code == "model_other"


def test_useless_vectors_lose_their_weight() -> None:
    collection = english()
    draw = np.random.default_rng(0)
    words = sorted({word for body in collection.bodies for word in body.split()})
    table = draw.normal(size=(len(words), 5)).astype(np.float32)
    noise = WordVectors({word: place for place, word in enumerate(words)}, table, "n")
    assert simulate(collection=collection, seed=1, vectors=noise).measures.atd < 0.09


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("v.txt", b"", "vectors_invalid"),
        ("v.txt", b"a 1 2\nb 1\n", "vectors_invalid"),
        ("v.txt", b"a 1 x\n", "vectors_invalid"),
        ("v.txt", b"a nan 1\n", "vectors_invalid"),
        ("v.txt", b"\xff\xfe1 2", "vectors_invalid"),
        ("v.npz", b"PK\x03\x04 not a zip", "vectors_invalid"),
        ("v.npz", b"", "vectors_invalid"),
        ("v.npy", b"\x93NUMPY\x01", "vectors_invalid"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(VectorsRefused) as refused:
        read_vectors(path)
    assert refused.value.code == code


def test_objects_in_arrays_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "v.npz"
    np.savez(path, words=np.array(["a"], object), vectors=np.ones((1, 2)))
    with pytest.raises(VectorsRefused):
        read_vectors(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from([".npz", ".npy", ".vec"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, form: str) -> None:
    path = tmp_path / f"v{form}"
    path.write_bytes(data)
    try:
        read_vectors(path)
    except VectorsRefused as refused:
        assert refused.code.startswith("vectors_")


def test_the_command_takes_vectors_from_its_option_or_the_environment(tmp_path: Path) -> None:
    app = typer.Typer()
    register(app)
    collection, vectors = meaning()
    file, model, ledger = tmp_path / "c.csv", tmp_path / "v.npz", tmp_path / "l.jsonl"
    rows = [f",{body},{int(label)}" for body, label in zip(collection.bodies, collection.labels, strict=True)]
    file.write_text("title,abstract,label_included\n" + "\n".join(rows) + "\n")
    np.savez(model, words=np.array(list(vectors.places)), vectors=vectors.table)
    words = ["tar", "simulate", str(file), "--ledger", str(ledger), "--json"]
    plain = CliRunner().invoke(app, words)
    asked = CliRunner().invoke(app, [*words, "--vectors", str(model)])
    meant = CliRunner().invoke(app, words, env={"CHANCERY_TAR_VECTORS": str(model)})
    assert (plain.exit_code, asked.exit_code, meant.exit_code) == (0, 0, 0)
    assert "+vectors:" not in plain.stdout and "+vectors:" in asked.stdout and "+vectors:" in meant.stdout
    missing = CliRunner().invoke(app, [*words, "--vectors", str(tmp_path / "none.npz")])
    assert (missing.exit_code, "vectors_unreadable" in missing.stdout) == (2, True)
