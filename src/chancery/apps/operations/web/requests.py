"""Pages of requests: list, order form, one request with its gate, grade and quote."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from chancery.apps.operations import actions, queries
from chancery.apps.operations.actions.gate import AnswersMissing
from chancery.apps.operations.catalogue.answers import AnswersRefused, is_asked
from chancery.apps.operations.catalogue.definition import Question, ServiceDefinition
from chancery.apps.operations.models import Request
from chancery.apps.operations.queries.requests import RequestRecord, request_record, requests_found
from chancery.apps.operations.web.acting import actor_of, attempt, explained, moment, need
from chancery.apps.operations.web.forms import DecideForm, OrderForm, OverrideForm
from chancery.apps.operations.wording import VALUES, words
from chancery.foundation.errors import NotFound
from chancery.foundation.identifiers import new_id
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import (
    Choice,
    Column,
    DateCell,
    Filter,
    Row,
    SortKey,
    Table,
    TableState,
    TagCell,
    View,
    count_up_to,
    page_of,
)
from chancery.platform.access.values import Actor, Role
from chancery.platform.tenancy.queries import client_tenants

TONES = {"routed": "warn", "declined": "bad", "quoted": "accent", "engaged": "ok"}
SORTABLE = {"title": "title", "submitted": "submitted_at", "created": "created_at"}
VIEWS = ("all", "waiting", "quoted")


def request_list(request: HttpRequest) -> HttpResponse:
    """Show the requests the reader may see, newest first."""
    actor = actor_of(request)
    need(actor, Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=tuple(SORTABLE),
        default_sort="-created",
        views=VIEWS,
        filters=("state",),
    )
    wanted = {"waiting": "routed", "quoted": "quoted"}.get(state.view, state.filters.get("state", ""))
    found = requests_found(actor=actor, text=state.words, state=wanted)
    key, descending = state.sort_keys()
    page = page_of(
        found,
        sort=[SortKey(SORTABLE[key], descending, nullable=key == "submitted")],
        after=state.after,
        before=state.before,
    )
    total, exact = count_up_to(found)
    table = Table(
        caption=gettext("Requests"),
        columns=[
            Column("title", gettext("Title"), sortable=True, grow=True),
            Column("client", gettext("Client")),
            Column("service", gettext("Service")),
            Column("state", gettext("State")),
            Column("matter", gettext("Matter")),
            Column("submitted", gettext("Submitted"), sortable=True),
            Column("created", gettext("Started"), sortable=True),
        ],
        rows=[_row(request_record(row)) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[
            View("all", gettext("All")),
            View("waiting", gettext("Waits for a decision")),
            View("quoted", gettext("Quoted")),
        ],
        filters=[Filter("state", gettext("State"), [Choice(value, label) for value, label in Request.State.choices])],
        empty=gettext("No requests yet"),
        empty_hint=gettext("Order a service from the catalogue; the decision and the quote come at once."),
        empty_url=reverse("operations:catalogue"),
        empty_label=gettext("Open the catalogue"),
    )
    return render(request, "operations/requests.html", {"table": table})


def _row(record: RequestRecord) -> Row:
    return Row(
        id=record.id,
        label=record.title,
        url=reverse("operations:request", args=[record.id]),
        cells={
            "title": record.title,
            "client": record.tenant_name,
            "service": f"{record.service_id} v{record.service_version}",
            "state": TagCell(record.state_name, TONES.get(record.state, "")),
            "matter": record.matter_number,
            "submitted": DateCell(record.submitted_at),
            "created": DateCell(record.created_at),
        },
    )


def _clients(actor: Actor) -> list[tuple[str, str]]:
    """Return the clients a manager may order for; counsel order for their own organisation."""
    chinese = (get_language() or "").startswith("zh")
    return [
        (item.id, item.name_zh if chinese and item.name_zh else item.name)
        for item in client_tenants()
        if actor.has(Role.MANAGER) or item.id in actor.tenant_ids
    ]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, service_id: str) -> HttpResponse:
    """Show the order form of a service; a post starts the request with its answers."""
    actor = actor_of(request)
    need(actor, Role.COUNSEL, Role.MANAGER)
    service = queries.service(service_id=service_id)
    clients = _clients(actor)
    choices = clients if len(clients) > 1 else []
    if request.method == "GET":
        form = OrderForm(definition=service.definition, clients=choices)
        return _order_page(request, form, service.name, key=new_id())
    form = OrderForm(request.POST, definition=service.definition, clients=choices)
    key = request.POST.get("key", "")[:80]
    if not form.is_valid():
        return _order_page(request, form, service.name, key=key)
    tenant_id = form.cleaned_data.get("client") or (clients[0][0] if clients else "")
    started = actions.start_request(
        actor=actor,
        tenant_id=tenant_id,
        service_id=service_id,
        title=form.cleaned_data["title"],
        idempotency_key=key,
        at=moment(),
    )
    return _take_answers(request, form, started.id, service.name, key=key)


def _take_answers(request: HttpRequest, form: OrderForm, request_id: str, name: str, *, key: str = "") -> HttpResponse:
    """Keep the answers and, if asked, submit; problems come back beside their questions."""
    actor, at = actor_of(request), moment()
    try:
        actions.answer_request(
            actor=actor, request_id=request_id, answers=form.raw_answers(), title=form.cleaned_data["title"], at=at
        )
        if "submit" in request.POST:
            actions.submit_request(actor=actor, request_id=request_id, at=at)
            toast(request, gettext("The request was submitted and decided."))
        else:
            toast(request, gettext("The draft was saved."))
    except AnswersRefused as refusal:
        form.show_problems(refusal.problems)
        return _order_page(request, form, name, key=key, request_id=request_id)
    except AnswersMissing as refusal:
        form.show_problems({}, refusal.keys)
        return _order_page(request, form, name, key=key, request_id=request_id)
    return redirect("operations:request", request_id=request_id)


def _order_page(
    request: HttpRequest, form: OrderForm, name: str, *, key: str = "", request_id: str = ""
) -> HttpResponse:
    url = reverse("operations:request", args=[request_id]) if request_id else request.path
    context = {"form": form, "service_name": name, "key": key, "post_url": url}
    return render(request, "operations/order.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def request_page(request: HttpRequest, request_id: str) -> HttpResponse:
    """Show one request: a draft as its form, anything else with decision, grade and quote."""
    actor = actor_of(request)
    record = queries.request(actor=actor, request_id=request_id, at=moment())
    if record.state == Request.State.DRAFT and actor.has(Role.COUNSEL, Role.MANAGER):
        service = queries.service(service_id=record.service_id, version=record.service_version)
        if request.method == "POST":
            form = OrderForm(request.POST, definition=service.definition)
            if not form.is_valid():
                return _order_page(request, form, service.name, request_id=request_id)
            return _take_answers(request, form, request_id, service.name)
        initial = {**record.answers, "title": record.title}
        for question in service.definition.form:
            if question.type == "lines":
                initial[question.key] = "\n".join(record.answers.get(question.key, []))
        form = OrderForm(initial=initial, definition=service.definition)
        return _order_page(request, form, service.name, request_id=request_id)
    if request.method == "POST":
        raise NotFound
    return _decided_page(request, record)


def _decided_page(
    request: HttpRequest, record: RequestRecord, *, decide: DecideForm | None = None, grade: OverrideForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    service = queries.service(service_id=record.service_id, version=record.service_version)
    supervises = actor.provider and actor.has(Role.MANAGER, Role.ATTORNEY)
    open_to_grade = record.grading is not None and record.state in ("routed", "quoted")
    context: dict[str, Any] = {
        "record": record,
        "service_name": service.name,
        "tone": TONES.get(record.state, ""),
        "answers": _answers(service.definition, record),
        "grade_reasons": explained(record.grading.reasons) if record.grading else [],
        "factors": _factors(record),
        "decide_form": (decide or DecideForm(prefix="decide")) if supervises and record.state == "routed" else None,
        "grade_form": (grade or OverrideForm(prefix="grade", initial={"grade": record.grading.grade}))
        if supervises and open_to_grade and record.grading
        else None,
        "has_errors": bool((decide and decide.errors) or (grade and grade.errors)),
        "conflicts_url": reverse("compliance:conflicts") if supervises else "",
    }
    status = 422 if context["has_errors"] else 200
    return render(request, "operations/request.html", context, status=status)


def _answers(definition: ServiceDefinition, record: RequestRecord) -> list[tuple[str, str]]:
    return [
        (words(question.label.model_dump()), _answer(definition, question, record.answers.get(question.key)))
        for question in definition.form
        if is_asked(question=question, values=record.answers)
    ]


def _answer(definition: ServiceDefinition, question: Question, value: Any) -> str:
    if value in (None, "", []):
        return "–"
    names = {option.value: words(option.label.model_dump()) for option in definition.options_of(question)}
    given = value if isinstance(value, list) else [value]
    return "; ".join(names.get(str(item), str(item)) for item in given)


def _factors(record: RequestRecord) -> list[tuple[str, str]]:
    if record.grading is None:
        return []
    names = {
        "money_at_risk": gettext("Money at risk"),
        "reversibility": gettext("How hard to undo"),
        "novelty": gettext("How new"),
        "jurisdictions": gettext("Legal systems"),
        "legal_judgement": gettext("Legal judgement"),
        "advice": gettext("Legal advice"),
        "court_filing": gettext("Court filing"),
        "privilege_call": gettext("Decides privilege"),
        "regulated_filing": gettext("Filing with a regulator"),
        "languages": gettext("Languages"),
        "volume": gettext("Documents"),
        "deadline_days": gettext("Working days"),
        "data_class": gettext("Class of data"),
        "client_tier": gettext("Client tier"),
    }
    return [(names.get(name, name), _factor(value)) for name, value in record.grading.factors.items()]


def _factor(value: Any) -> str:
    if value is None:
        return gettext("not known")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(VALUES.get(value, value)) if isinstance(value, str) else str(value)


@require_POST
def decide(request: HttpRequest, request_id: str) -> HttpResponse:
    """Take a person's decision on a routed request."""
    actor = actor_of(request)
    record = queries.request(actor=actor, request_id=request_id, at=moment())
    need(actor, Role.MANAGER, Role.ATTORNEY)
    form = DecideForm(request.POST, prefix="decide")
    done = attempt(
        form,
        lambda: actions.decide_request(
            actor=actor,
            request_id=request_id,
            decision=form.cleaned_data["decision"],
            reason=form.cleaned_data["reason"],
            at=moment(),
        ),
    )
    if not done:
        return _decided_page(request, record, decide=form)
    toast(request, gettext("The decision was recorded."))
    return redirect("operations:request", request_id=request_id)


@require_POST
def override(request: HttpRequest, request_id: str) -> HttpResponse:
    """Set another grade and make a new offer."""
    actor = actor_of(request)
    record = queries.request(actor=actor, request_id=request_id, at=moment())
    need(actor, Role.MANAGER, Role.ATTORNEY)
    form = OverrideForm(request.POST, prefix="grade")
    done = attempt(
        form,
        lambda: actions.override_grade(
            actor=actor,
            request_id=request_id,
            grade=form.cleaned_data["grade"],
            reason=form.cleaned_data["reason"],
            at=moment(),
        ),
    )
    if not done:
        return _decided_page(request, record, grade=form)
    toast(request, gettext("The grade was changed and the offer renewed."))
    return redirect("operations:request", request_id=request_id)
