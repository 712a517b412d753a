"""Two clients with every kind of object, made by the same acts as in real life, and people who may see only one."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from itertools import count
from pathlib import Path

from django.apps import apps
from django.test import Client

from chancery.apps.documents.actions import (
    ask_for_rules,
    change_documents,
    keep_view,
    plan_source,
    retry_with_password,
    write_rules,
)
from chancery.apps.documents.queries import export_items
from chancery.apps.operations.actions.clocks import pause_clock, resume_clock
from chancery.apps.operations.actions.gate import submit_request
from chancery.apps.operations.actions.requests import answer_request, start_request
from chancery.apps.production.actions.downloads import issue_download_link
from chancery.apps.review.actions.coding import save_coding
from chancery.apps.review.actions.focus import record_focus
from chancery.apps.review.queries.desk import batches_of, desk
from chancery.apps.search.actions import keep_search
from chancery.apps.spend.actions.invoices import query_line
from chancery.apps.spend.actions.time import enter_time
from chancery.apps.workspace.actions.ordering import Order, order_for
from chancery.apps.workspace.actions.people import Household, actor_of, furnish
from chancery.apps.workspace.actions.running import run_matter
from chancery.platform.access.actions import (
    add_team_member,
    grant_membership,
    raise_wall,
    remove_team_member,
)
from chancery.platform.access.actors import actor_for, system_actor
from chancery.platform.access.models import TeamMember
from chancery.platform.access.values import Actor, Role
from chancery.platform.identity.actions import enter_person, issue_api_token
from chancery.platform.identity.models import User
from chancery.platform.jobs.worker import run_pending

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BACKEND = "django.contrib.auth.backends.ModelBackend"
# Stands in every name and text of a client; the pages of the other client's people must never show it.
MARK = {"a": "zqalphaqz", "b": "zqbetaqz"}


@dataclass
class Side:
    """One client: its organisation, the delivered matter, the matter under review, and what a test needs of it."""

    tenant_id: str
    matter_id: str
    second_matter_id: str
    token: str
    counsel: str
    mark: str
    matter_ids: tuple[str, ...] = ()


@dataclass
class World:
    """Both clients and the people. people: login to user id."""

    house: Household
    a: Side
    b: Side
    people: dict[str, str] = field(default_factory=dict)

    def user(self, login: str) -> User:
        """Return the person of a login."""
        return User.objects.get(username=login)

    def actor(self, login: str) -> Actor:
        """Return what a person is at this moment."""
        return actor_for(user=self.user(login))

    def browser(self, login: str | None, **headers: str) -> Client:
        """Return a browser in which the person is signed in; None: nobody is."""
        client = Client(raise_request_exception=False, **headers)
        if login is not None:
            client.force_login(self.user(login), backend=BACKEND)
        return client

    def token(self, login: str) -> str:
        """Return a fresh bearer token of the person."""
        actor = self.actor(login)
        return issue_api_token(actor=actor, user_id=actor.user_id, label="test", at=START)[1]


def ticking() -> Callable[[], datetime]:
    """Return a clock that goes on by a second at every look, from the present: licences and links hold today."""
    start, steps = datetime.now(UTC) - timedelta(hours=2), count()
    return lambda: start + timedelta(seconds=next(steps))


def letter(*, mark: str, subject: str, body: str, attachment: tuple[str, str] | None = None) -> bytes:
    """Return one mail as a file."""
    mail = EmailMessage()
    mail["From"] = f"Ann {mark} <ann@{mark}.example>"
    mail["To"] = f"Bob {mark} <bob@{mark}.example>"
    mail["Subject"] = subject
    mail["Date"] = "Tue, 05 Mar 2024 10:00:00 +0800"
    mail["Message-ID"] = f"<{abs(hash((subject, body)))}@{mark}.example>"
    mail.set_content(body)
    if attachment:
        mail.add_attachment(attachment[1].encode(), maintype="text", subtype="plain", filename=attachment[0])
    return bytes(mail)


def evidence(folder: Path, *, mark: str, more: dict[str, bytes] | None = None) -> Path:
    """Write the client's folder: mails with attachments, texts, copies, an empty and a broken file."""
    files = {
        f"{mark} custodian/mail one {mark}.eml": letter(
            mark=mark,
            subject=f"Shipment {mark}",
            body=f"The harbour {mark} agreed on delivery.",
            attachment=(f"annex {mark}.txt", f"Annex {mark} of the contract"),
        ),
        f"{mark} custodian/mail two.eml": letter(mark=mark, subject=f"Price {mark}", body=f"Price list {mark} inside"),
        f"{mark} custodian/note {mark}.txt": f"Harbour note {mark}, responsive.".encode(),
        f"{mark} custodian/advice {mark}.txt": f"Legal advice {mark} of outside counsel.".encode(),
        f"{mark} second/copy {mark}.txt": f"Harbour note {mark}, responsive.".encode(),
        f"{mark} second/中文 {mark}.txt": f"港口合同 {mark} 交付条款".encode(),
        f"{mark} second/empty {mark}.txt": b"",
        f"{mark} second/broken {mark}.pdf": b"%PDF-1.7 broken " + mark.encode(),
        **(more or {}),
    }
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


def hostile() -> dict[str, bytes]:
    """Return files whose names and contents try to be program: markup, formulas, marks that turn text around."""
    mark = MARK["a"]
    text = f'<script>zqxss()</script> "><img src=x onerror=zqxss()> harbour {mark} </textarea></title>'
    return {
        f"{mark} custodian/<img src=x onerror=zqxss()> {mark}.txt": text.encode(),
        f'{mark} custodian/" onmouseover=zqxss() x=" {mark}.txt': f"{text} two".encode(),
        f"{mark} <svg onload=zqxss()>/=zqxss {mark}.eml": letter(
            mark=mark,
            subject=f'"><svg onload=zqxss()> {mark}',
            body=text,
            attachment=(f"<b onclick=zqxss()>{mark}.txt", f"{text} three"),
        ),
    }


def codes_of(out: Path, path: Path, *, mark: str) -> Path:
    """Write decisions for every reviewable item of a run: advice is privileged, the rest responsive."""
    import json

    rows = [json.loads(line) for line in (out / "items.jsonl").read_text("utf-8").splitlines()]
    with path.open("w", newline="", encoding="utf-8") as stream:
        write = csv.writer(stream)
        write.writerow(
            ["path", "sha256", "reviewer", "code", "privilege", "second_reviewer", "second_code", "description"]
        )
        for row in rows:
            if row["status"] == "container" or row["duplicate_of"]:
                continue
            private = row["path"].split("/")[-1].startswith("advice")
            write.writerow(
                [
                    row["path"],
                    "",
                    "reviewer-1",
                    "responsive",
                    "AC" if private else "none",
                    "reviewer-2",
                    "responsive",
                    f"Advice {mark}" if private else "",
                ]
            )
    return path


def silent(stage: str, done: int, total: int, unit: str) -> None:
    """Take progress and say nothing."""


def _side(
    work: Path, *, house: Household, letter_of: str, login: str, now: Callable[[], datetime], more: dict[str, bytes]
) -> Side:
    mark = MARK[letter_of]
    tenant = house.client if letter_of == "a" else house.second_client
    source = evidence(work / f"source {mark}", mark=mark, more=more)
    base = order_for(client=tenant, source=source, files=8, size=10_000, adverse=[f"Adverse {mark} Ltd"])
    order = Order(title=f"Review {mark}", answers={**base.answers, "notes": f"Note {mark}"})
    out = work / f"out {mark}"
    run = {"source": source, "out": out, "now": now, "tell": silent, "client": tenant.name, "order": order}
    run_matter(**run)
    codes = codes_of(out, work / f"codes-{mark}.csv", mark=mark)
    done = run_matter(**run, codes=codes, approve="attorney")
    assert done.status == "delivered", done
    second = evidence(work / f"second {mark}", mark=f"{mark}2")
    order2 = Order(title=f"Second {mark}", answers=base.answers)
    part = run_matter(source=second, out=work / f"out2 {mark}", now=now, tell=silent, client=tenant.name, order=order2)
    counsel = house.actors[login]
    _open_request(counsel, tenant.id, f"Third {mark}", base.answers, now())
    # Nearly the other clients' names: the check finds them, the person who asked never reads how they are spelled.
    routed = {**base.answers, "adverse_parties": [f"Adverse {mark} Ltd", "Haldan Marine Systems", "Aurele Medical Inc"]}
    _open_request(counsel, tenant.id, f"Fourth {mark}", routed, now())
    start_request(
        actor=counsel, tenant_id=tenant.id, service_id="document-review", title=f"Draft {mark}", at=now(),
        idempotency_key=f"draft-{mark}",
    )  # fmt: skip
    side = Side(
        tenant_id=tenant.id, matter_id=done.matter_id, second_matter_id=part.matter_id, token="", counsel=login,
        mark=mark, matter_ids=(done.matter_id, part.matter_id),
    )  # fmt: skip
    _details(side, house, now)
    return side


def _open_request(counsel: Actor, tenant_id: str, title: str, answers: dict, at: datetime) -> None:
    started = start_request(
        actor=counsel, tenant_id=tenant_id, service_id="document-review", title=title, at=at, idempotency_key=title
    )
    answer_request(actor=counsel, request_id=started.id, answers=answers, at=at)
    submit_request(actor=counsel, request_id=started.id, at=at)


def _details(side: Side, house: Household, now: Callable[[], datetime]) -> None:
    manager, counsel = house.actors["manager"], house.actors[side.counsel]
    production = row("production.Production", tenant_id=side.tenant_id)
    side.token = issue_download_link(
        actor=counsel, production_id=production, valid_for=timedelta(hours=72), at=datetime.now(UTC)
    )
    keep_view(
        actor=counsel, matter_id=side.matter_id, name=f"View {side.mark}", query="kind=mail", shared=True, at=now()
    )
    keep_search(
        actor=counsel, matter_id=side.matter_id, name=f"Search {side.mark}", query="harbour", stem=False, shared=True,
        at=now(),
    )  # fmt: skip
    pause_clock(actor=manager, matter_id=side.second_matter_id, reason="client_response", evidence=side.mark, at=now())
    resume_clock(actor=manager, matter_id=side.second_matter_id, reason="answered", evidence=side.mark, at=now())
    _code_some(side, house, now)
    enter_time(
        actor=manager, matter_id=side.second_matter_id, day=now().date(), hours=Decimal("0.5"),
        task_code="L653", narrative=f"Work {side.mark}", at=now(),
    )  # fmt: skip
    retry_with_password(
        actor=manager, document_id=row("documents.Document", matter_id=side.matter_id, exception="corrupt"),
        password=f"secret {side.mark}", at=now(),
    )  # fmt: skip
    apps.get_model("documents.RecognisedLine").objects.create(
        document_id=row("documents.Document", matter_id=side.matter_id, kind="text"), matter_id=side.matter_id, page=1,
        number=0, left=0, top=0, right=9000, bottom=900, text=f"Line {side.mark}", confidence=500,
    )  # fmt: skip
    rules = write_rules(actor=manager, matter_id=side.matter_id, name=f"Rules {side.mark}", at=now())
    ask_for_rules(actor=manager, rule_set_id=rules, apply="try", at=now())
    plan_source(actor=manager, matter_id=side.matter_id, kind="web", name=f"Web {side.mark}", at=now())
    change_documents(
        actor=manager, matter_id=side.matter_id, act="tag", value=f"Tag {side.mark}", at=now(),
        document_ids=[row("documents.Document", matter_id=side.matter_id, exception="corrupt")],
    )  # fmt: skip
    invoice = row("spend.Invoice", tenant_id=side.tenant_id)
    line = row("spend.InvoiceLine", invoice_id=invoice)
    query_line(actor=counsel, invoice_id=invoice, line_id=line, text=f"Why {side.mark}?", at=now())
    run_pending(only_tenant=side.tenant_id)
    # The comparison of mails has run: what it found missing stands beside its conversation.
    apps.get_model("documents.MissingMail").objects.create(
        matter_id=side.matter_id, thread="thread", message_id=f"<{side.mark}@example.com>", subject=side.mark,
        named_by_id=row("documents.Document", matter_id=side.matter_id),
    )  # fmt: skip


def _code_some(side: Side, house: Household, now: Callable[[], datetime]) -> None:
    batches = batches_of(actor=house.actors["manager"], matter_id=side.second_matter_id)
    batch = next(item for item in batches if item.assignee_id)
    login = User.objects.get(id=batch.assignee_id).username
    reviewer = actor_of(username=login)
    assert reviewer is not None
    record = desk(actor=reviewer, batch_id=batch.id)
    for seconds in (0, 15):
        record_focus(actor=reviewer, batch_id=batch.id, document_id=record.document.id, seconds=seconds, at=now())
    save_coding(
        actor=reviewer, batch_id=batch.id, document_id=record.document.id, seconds=12, at=now(),
        answers={"responsive": "responsive", "privilege": "none", "note": f"Note {side.mark}"},
    )  # fmt: skip


def row(label: str, **where: object) -> str:
    """Return the id of the first row of a model that fits; the test's own look into the tables."""
    return str(apps.get_model(label).objects.filter(**where).order_by("pk").values_list("pk", flat=True)[0])


def rows(label: str, **where: object) -> list[str]:
    """Return the ids of all rows of a model that fit."""
    return [
        str(key) for key in apps.get_model(label).objects.filter(**where).order_by("pk").values_list("pk", flat=True)
    ]


def _staff(world: World, login: str, role: Role, *, matters: tuple[tuple[Side, str], ...], at: datetime) -> None:
    user_id = enter_person(username=login, password="a long enough password", display_name=login)
    system = system_actor(tenant_id=world.house.provider.id)
    grant_membership(actor=system, user_id=user_id, tenant_id=None, role=role, at=at)
    for side, matter_id in matters:
        add_team_member(
            actor=world.house.actors["manager"], tenant_id=side.tenant_id, matter_id=matter_id, user_id=user_id,
            role_in_matter=role.value, at=at,
        )  # fmt: skip
    world.people[login] = user_id


def build(work: Path, *, more: dict[str, bytes] | None = None) -> World:
    """Make both clients and the people of the sweep.

    more: further files in the first client's folder. reviewer-a and attorney-a work for the first client only;
    walled-reviewer and walled-attorney work for both, and walled-manager oversees all, but walls bar all three from
    every matter of the second client.
    """
    now = ticking()
    house = furnish(at=now())
    sides = {
        name: _side(work, house=house, letter_of=name, login=login, now=now, more=(more or {}) if name == "a" else {})
        for name, login in (("b", "counsel-2"), ("a", "counsel"))
    }
    house = furnish(at=now())
    world = World(house=house, a=sides["a"], b=sides["b"])
    own = tuple((world.a, matter) for matter in world.a.matter_ids)
    other = tuple((world.b, matter) for matter in world.b.matter_ids)
    _staff(world, "reviewer-a", Role.REVIEWER, matters=own, at=now())
    _staff(world, "attorney-a", Role.ATTORNEY, matters=own, at=now())
    _staff(world, "walled-reviewer", Role.REVIEWER, matters=own + other, at=now())
    _staff(world, "walled-attorney", Role.ATTORNEY, matters=own + other, at=now())
    _staff(world, "walled-manager", Role.MANAGER, matters=(), at=now())
    _staff(world, "idle", Role.REVIEWER, matters=(), at=now())
    for login in ("walled-reviewer", "walled-attorney", "walled-manager"):
        for side, matter_id in other:
            raise_wall(
                actor=house.actors["administrator"], tenant_id=side.tenant_id, matter_id=matter_id,
                user_id=world.people[login], reason=f"Former employer {side.mark}", at=now(),
            )  # fmt: skip
    raise_wall(
        actor=house.actors["administrator"], tenant_id=world.a.tenant_id, matter_id=world.a.matter_id,
        user_id=world.people["idle"], reason=f"Former employer {world.a.mark}", at=now(),
    )  # fmt: skip
    _open_request(
        house.actors["counsel"], world.a.tenant_id, f"Fifth {world.a.mark}",
        order_for(client=house.client, source=work, files=5, size=1000, adverse=["Nobody Known GmbH"]).answers, now(),
    )  # fmt: skip
    return world


__all__ = ["MARK", "Side", "TeamMember", "World", "build", "export_items", "remove_team_member", "row", "rows"]
