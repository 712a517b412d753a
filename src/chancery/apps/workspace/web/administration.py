"""Who may sign in: everybody, one person, and the client organisations; for administrators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from chancery.apps.workspace.actions import accounts
from chancery.apps.workspace.web.account_forms import ClientForm, PersonForm, RoleForm, client_choices, role_choices
from chancery.apps.workspace.web.acts import role_words
from chancery.foundation.errors import NotFound, Refused
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
    count_up_to,
    page_of,
)
from chancery.interface.words import in_chinese
from chancery.platform.access.actions import STAFF_ROLES
from chancery.platform.access.queries import MembershipRecord, logins_for, roles_of
from chancery.platform.access.values import Actor, Role
from chancery.platform.identity.actions import revoke_api_token
from chancery.platform.identity.models import User
from chancery.platform.identity.queries import tokens_of
from chancery.platform.tenancy.queries import provider_tenant, tenants_by_id

SORTABLE = {"name": "display_name", "login": "username", "last": "last_login"}


def _administrator(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.has(Role.ADMINISTRATOR):
        raise NotFound
    return actor


def _name(user: User) -> str:
    return user.name_in(language="zh" if in_chinese() else "en")


def _organisations(held: list[MembershipRecord]) -> dict[str | None, str]:
    """Return the names of the organisations in which roles are held, in the reader's language."""
    provider = provider_tenant()
    found = tenants_by_id(ids={item.tenant_id for item in held if item.tenant_id is not None})
    names: dict[str | None, str] = {
        key: item.name_zh if in_chinese() and item.name_zh else item.name for key, item in found.items()
    }
    if provider is not None:
        names[None] = provider.name_zh if in_chinese() and provider.name_zh else provider.name
    return names


def _row(user: User, held: list[MembershipRecord], names: dict[str | None, str]) -> Row:
    mark = "、" if in_chinese() else ", "
    places = dict.fromkeys(names.get(item.tenant_id, "") for item in held)
    return Row(
        id=user.id,
        label=_name(user),
        url=reverse("workspace:person_admin", args=[user.id]),
        cells={
            "name": _name(user),
            "login": user.username,
            "organisation": mark.join(places),
            "roles": mark.join(dict.fromkeys(role_words(item.role) for item in held)),
            "active": _state(user),
            "last": DateCell(user.last_login) if user.last_login else gettext("Never"),
        },
    )


def _state(user: User) -> TagCell:
    return TagCell(gettext("May sign in"), "ok") if user.is_active else TagCell(gettext("Switched off"), "bad")


def _table(request: HttpRequest, actor: Actor) -> Table:
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=tuple(SORTABLE),
        default_sort="name",
        filters=("role", "client", "state"),
    )
    found = logins_for(
        actor=actor,
        words=state.words,
        role=state.filters.get("role", ""),
        tenant_id=state.filters.get("client", ""),
        active={"on": True, "off": False}.get(state.filters.get("state", "")),
    )
    key, descending = state.sort_keys()
    sort = SortKey(SORTABLE[key], descending, nullable=key == "last")
    page = page_of(found, sort=[sort], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    held = roles_of(user_ids=[user.id for user in page.rows])
    names = _organisations([item for items in held.values() for item in items])
    return Table(
        caption=gettext("Logins"),
        columns=[
            Column("name", pgettext("of a person", "Name"), sortable=True, grow=True),
            Column("login", gettext("Login"), sortable=True),
            Column("organisation", gettext("Organisation")),
            Column("roles", gettext("Roles")),
            Column("active", gettext("State")),
            Column("last", gettext("Last sign-in"), sortable=True),
        ],
        rows=[_row(user, held.get(user.id, []), names) for user in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        filters=[
            Filter("role", gettext("Role"), [Choice(key, words) for key, words in role_choices()]),
            Filter("client", gettext("Client organisation"), [Choice(key, name) for key, name in client_choices()]),
            Filter(
                "state",
                gettext("State"),
                [Choice("on", gettext("May sign in")), Choice("off", gettext("Switched off"))],
            ),
        ],
    )


def people(request: HttpRequest) -> HttpResponse:
    """Show everybody who has a login; enter a person or a client organisation."""
    actor = _administrator(request)
    kind = request.POST.get("kind", "")
    person_form = PersonForm(request.POST if kind == "person" else None)
    client_form = ClientForm(request.POST if kind == "client" else None, prefix="new")
    if kind == "person" and person_form.is_valid():
        try:
            made, password = accounts.enter_login(actor=actor, login=person_form.login(), at=timezone.now())
        except Refused as refused:
            _refuse(person_form, refused)
        else:
            return _person_page(request, actor, made, password=password, entered=True)
    if kind == "client" and client_form.is_valid():
        try:
            accounts.enter_client(actor=actor, at=timezone.now(), **client_form.cleaned_data)
        except Refused as refused:
            _refuse(client_form, refused)
        else:
            toast(request, gettext("The client organisation was entered."))
            return redirect("workspace:people_admin")
    failed = bool(person_form.errors or client_form.errors)
    context = {
        "table": _table(request, actor),
        "person_form": person_form,
        "client_form": client_form,
        "has_errors": failed,
    }
    return render(request, "workspace/people_admin.html", context, status=422 if failed else 200)


def _refuse(form: PersonForm | ClientForm | RoleForm, refused: Refused) -> None:
    if isinstance(refused, NotFound) or refused.code == "not_allowed":
        raise refused
    form.add_error(None, refused.sentence(gettext(refused.message)))


def person(request: HttpRequest, user_id: str) -> HttpResponse:
    """Show one person; grant and revoke roles, switch off and on, set a password, revoke tokens."""
    actor = _administrator(request)
    if not logins_for(actor=actor).filter(id=user_id).exists():
        raise NotFound
    kind = request.POST.get("kind", "")
    at = timezone.now()
    if request.method != "POST":
        return _person_page(request, actor, user_id)
    if kind == "grant":
        return _grant(request, actor, user_id, at)
    try:
        if kind == "password":
            password = accounts.renew_password(actor=actor, user_id=user_id, at=at)
            return _person_page(request, actor, user_id, password=password)
        act = ACTS.get(kind)
        if act is None:
            raise NotFound
        act(request, actor, user_id, at)
    except Refused as refused:
        if isinstance(refused, NotFound) or refused.code == "not_allowed":
            raise
        return _person_page(request, actor, user_id, problem=refused.sentence(gettext(refused.message)))
    return redirect("workspace:person_admin", user_id)


def _grant(request: HttpRequest, actor: Actor, user_id: str, at: datetime) -> HttpResponse:
    form = RoleForm(request.POST)
    if form.is_valid():
        role, tenant_id = form.role()
        try:
            accounts.grant_role(actor=actor, user_id=user_id, tenant_id=tenant_id, role=role, at=at)
        except Refused as refused:
            _refuse(form, refused)
        else:
            toast(request, gettext("The role was granted."))
            return redirect("workspace:person_admin", user_id)
    return _person_page(request, actor, user_id, form=form)


def _revoke(request: HttpRequest, actor: Actor, user_id: str, at: datetime) -> None:
    wanted, tenant_id = request.POST.get("role", ""), request.POST.get("client", "") or None
    if wanted not in {role.value for role in Role}:
        raise NotFound
    accounts.revoke_role(actor=actor, user_id=user_id, tenant_id=tenant_id, role=Role(wanted), at=at)
    toast(request, gettext("The role was revoked."))


def _switch_off(request: HttpRequest, actor: Actor, user_id: str, at: datetime) -> None:
    accounts.switch_off(actor=actor, user_id=user_id, at=at)
    toast(request, gettext("The login was switched off."))


def _switch_on(request: HttpRequest, actor: Actor, user_id: str, at: datetime) -> None:
    accounts.switch_on(actor=actor, user_id=user_id, at=at)
    toast(request, gettext("The login was switched on."))


def _revoke_token(request: HttpRequest, actor: Actor, user_id: str, at: datetime) -> None:
    token_id = request.POST.get("token", "")
    if token_id not in {item.id for item in tokens_of(user_id=user_id)}:
        raise NotFound
    revoke_api_token(actor=actor, token_id=token_id, at=at)
    toast(request, gettext("The token was revoked."))


ACTS: dict[str, Callable[[HttpRequest, Actor, str, datetime], None]] = {
    "revoke": _revoke,
    "off": _switch_off,
    "on": _switch_on,
    "token": _revoke_token,
}


def _offered(held: list[MembershipRecord]) -> list[Role]:
    """Return the roles on the side for which a person works already; all for somebody without a role."""
    if not held:
        return list(Role)
    return [role for role in Role if (role in STAFF_ROLES) == (held[0].tenant_id is None)]


def _person_page(
    request: HttpRequest,
    actor: Actor,
    user_id: str,
    *,
    form: RoleForm | None = None,
    password: str = "",
    entered: bool = False,
    problem: str = "",
) -> HttpResponse:
    """Draw the page of one person; a password given here is shown by this answer and by no other."""
    user = logins_for(actor=actor).filter(id=user_id).get()
    held = roles_of(user_ids=[user_id]).get(user_id, [])
    names = _organisations(held)
    now = timezone.now()
    failed = bool(problem or (form is not None and form.errors))
    context = {
        "person": user,
        "name": _name(user),
        "state": _state(user),
        "own": user.id == actor.user_id,
        "roles": [(item, role_words(item.role), names.get(item.tenant_id, "")) for item in held],
        "tokens": [
            item
            for item in tokens_of(user_id=user_id)
            if item.revoked_at is None and (item.expires_at is None or item.expires_at > now)
        ],
        "role_form": form or RoleForm(roles_offered=_offered(held)),
        "password": password,
        "entered": entered,
        "problem": problem,
        "has_errors": failed,
    }
    return render(request, "workspace/person_admin.html", context, status=422 if failed else 200)
