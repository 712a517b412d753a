"""The record: what happened cannot be changed afterwards without being noticed."""

from __future__ import annotations

import io
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chancery.foundation.errors import Fault
from chancery.platform.audit import chain
from chancery.platform.audit.actions import export_record, record
from chancery.platform.audit.models import Entry
from chancery.platform.audit.models import Head as HeadRow
from chancery.platform.audit.queries import entries_for, verify_tenant
from chancery.platform.audit.signing import public_key
from chancery.platform.audit.verification import Head, verify_stream

OURS, THEIRS = "matter00000000000000000001", "matter00000000000000000002"


@pytest.fixture
def exported(world, at):
    """Twenty acts and their export as lines."""
    actor = world.actor("counsel")
    for number in range(20):
        record(
            tenant_id=world.client_id,
            actor=actor,
            act="document.viewed",
            object_type="document",
            object_id=str(number),
            label=f"合同 {number} “q”",
            at=at,
            matter_id=OURS if number % 2 else THEIRS,
            detail={"page": number},
        )
    stream = io.StringIO()
    export_record(tenant_id=world.client_id, stream=stream, at=at)
    return stream.getvalue().splitlines()


def head_of(lines: list[str]) -> Head:
    return Head.from_dict(json.loads(lines[-1]))


def rebuilt(lines: list[str], key: Ed25519PrivateKey | None = None) -> list[str]:
    """Hash a changed record anew from its first entry, as a forger with the file would."""
    head = head_of(lines)
    result, prev = [], chain.genesis(tenant_id=head.tenant_id)
    for seq, line in enumerate(lines[:-1], 1):
        body = json.loads(line)["body"]
        text = chain.canonical(body)
        own = chain.link(prev=prev, seq=seq, digest=chain.digest_of(body=text))
        result.append(f'{{"seq":{seq},"prev":"{prev}","hash":"{own}","body":{text}}}')
        prev = own
    values = head.as_dict() | {"seq": len(result), "hash": prev}
    if key is not None:
        message = chain.head_message(tenant_id=head.tenant_id, seq=len(result), hash=prev, at=head.at)
        values |= {"public_key": key.public_key().public_bytes_raw().hex(), "signature": key.sign(message).hex()}
    return [*result, json.dumps({"head": values})]


def changed(line: str, **values: object) -> str:
    entry = json.loads(line)
    entry["body"].update(values)
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def test_a_true_record_is_good(exported, world):
    verdict = verify_stream(exported, public_key=public_key(tenant_id=world.client_id), trusted_head=head_of(exported))
    assert verdict.ok and verdict.entries == 21 and verdict.first_bad_seq is None
    assert verify_tenant(tenant_id=world.client_id).ok


def test_spelling_does_not_matter_content_does(exported):
    respelled = [json.dumps(json.loads(line), indent=None, sort_keys=True) for line in exported[:-1]]
    assert verify_stream([*respelled, exported[-1]]).ok
    doubled = respelled[4].replace('{"act"', '{"act":"x","act"', 1)
    verdict = verify_stream([*respelled[:4], doubled, *respelled[5:], exported[-1]])
    assert (verdict.ok, verdict.first_bad_seq) == (False, 5)


@pytest.mark.parametrize(
    ("name", "damage", "seq", "reason"),
    [
        ("edit", lambda x: [*x[:6], changed(x[6], act="document.exported"), *x[7:]], 7, "edited"),
        ("edit of the first", lambda x: [changed(x[0], at="2020"), *x[1:]], 1, "edited"),
        ("removal", lambda x: [*x[:6], *x[7:]], 7, "order"),
        ("insertion", lambda x: [*x[:6], x[6], *x[6:]], 8, "order"),
        ("reordering", lambda x: [*x[:6], x[7], x[6], *x[8:]], 7, "order"),
        ("loss of the tail", lambda x: [*x[:15], x[-1]], 16, "tail_lost"),
        ("loss of tail and head", lambda x: x[:15], 16, "no_head"),
        ("half a line", lambda x: [*x[:8], x[8][:40]], 9, "unreadable"),
        ("entry after the head", lambda x: [*x, x[-2]], 22, "order"),
        ("nothing", lambda x: [], 1, "no_head"),
        ("not json", lambda x: [*x[:3], "\x00", *x[4:]], 4, "unreadable"),
    ],
)
def test_damage_is_found_and_named(exported, name, damage, seq, reason):
    verdict = verify_stream(damage(exported))
    assert (verdict.ok, verdict.first_bad_seq, verdict.reason) == (False, seq, reason)


def test_a_full_rebuild_is_found_with_a_kept_head_or_key(exported, world):
    forged = [*exported[:6], changed(exported[6], act="x.y"), *exported[7:]]
    kept = head_of(exported)
    plain = verify_stream(rebuilt(forged))
    assert (plain.ok, plain.first_bad_seq, plain.reason) == (False, 21, "bad_signature")
    signed = rebuilt(forged, Ed25519PrivateKey.generate())
    assert verify_stream(signed).ok, "without anything kept, a well-made forgery is consistent"
    for trusted in ({"trusted_head": kept}, {"public_key": public_key(tenant_id=world.client_id)}):
        assert not verify_stream(signed, **trusted).ok
    assert verify_stream(signed, trusted_head=kept).reason == "rebuilt"
    assert verify_stream(signed, trusted_head=kept).first_bad_seq == 21


def test_a_shorter_rebuild_is_found_with_a_kept_head(exported):
    short = rebuilt([*exported[:10], exported[-1]], Ed25519PrivateKey.generate())
    verdict = verify_stream(short, trusted_head=head_of(exported))
    assert (verdict.ok, verdict.first_bad_seq, verdict.reason) == (False, 11, "tail_lost")


def test_a_longer_record_agrees_with_an_earlier_head(exported, world, at):
    kept = head_of(exported)
    record(
        tenant_id=world.client_id,
        actor=world.actor("counsel"),
        act="a.b",
        object_type="x",
        object_id="1",
        label="",
        at=at,
    )
    stream = io.StringIO()
    export_record(tenant_id=world.client_id, stream=stream, at=at)
    assert verify_stream(stream.getvalue().splitlines(), trusted_head=kept).ok


def test_other_matters_are_sealed_and_the_chain_still_holds(exported, world, at):
    stream = io.StringIO()
    export_record(tenant_id=world.client_id, stream=stream, at=at, matter_id=OURS)
    lines = stream.getvalue().splitlines()
    assert verify_stream(lines, trusted_head=head_of(exported)).ok
    assert THEIRS not in stream.getvalue()
    assert sum('"digest"' in line for line in lines) == 10


def test_changes_in_the_database_are_found(exported, world):
    Entry.objects.filter(tenant_id=world.client_id, seq=5).update(label="another")
    verdict = verify_tenant(tenant_id=world.client_id)
    assert (verdict.ok, verdict.first_bad_seq, verdict.reason) == (False, 5, "edited")
    Entry.objects.filter(tenant_id=world.client_id, seq__gt=3).delete()
    assert verify_tenant(tenant_id=world.client_id).reason == "tail_lost"
    HeadRow.objects.filter(tenant_id=world.client_id).update(seq=3)
    assert verify_tenant(tenant_id=world.client_id).reason == "head_mismatch"


def test_readers_see_their_own(exported, world):
    assert {row.tenant_id for row in entries_for(actor=world.actor("counsel"))} == {world.client_id}
    assert all(row.tenant_id != world.client_id for row in entries_for(actor=world.actor("counsel-2")))
    assert entries_for(actor=world.actor("reviewer-1"), matter_id=OURS) == []
    page = entries_for(actor=world.actor("counsel"), kind="document", limit=5)
    assert [row.detail for row in page] == [{"page": n} for n in (19, 18, 17, 16, 15)]
    following = entries_for(actor=world.actor("counsel"), kind="document", before_seq=page[-1].seq, limit=1)
    assert following[0].detail == {"page": 14}


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_a_fault(world, at):
    with pytest.raises(Fault):
        record(
            tenant_id=world.client_id,
            actor=world.actor("counsel"),
            act="a.b",
            object_type="x",
            object_id="1",
            label="",
            at=at,
        )


def test_checking_is_fast(exported):
    head = head_of(exported)
    prev, lines = chain.genesis(tenant_id=head.tenant_id), []
    body = chain.canonical(json.loads(exported[5])["body"])
    digest = chain.digest_of(body=body)
    for seq in range(1, 100_001):
        own = chain.link(prev=prev, seq=seq, digest=digest)
        lines.append(f'{{"seq":{seq},"prev":"{prev}","hash":"{own}","body":{body}}}')
        prev = own
    started = time.process_time()
    verdict = verify_stream(lines)
    rate = 100_000 / (time.process_time() - started)
    print(f"{rate:,.0f} entries a second")
    assert verdict.entries == 100_000 and rate > 60_000
