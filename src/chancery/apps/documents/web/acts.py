"""Acts on chosen documents: a question where one is needed, what was done in words, and the way back."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.web.choosing import back_address, chosen_ids
from chancery.apps.documents.web.forms import ReasonForm, TagForm
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import ACTS_ON_MANY, ASIDE
from chancery.foundation.errors import Refused
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import BulkAct

MOST: Final = 1_000_000
SHOWN: Final = 12
ASKING: Final[dict[str, type[ReasonForm] | type[TagForm]]] = {
    "tag": TagForm,
    "untag": TagForm,
    "hold": ReasonForm,
    "accept": ReasonForm,
}


def bulk_acts(matter_id: str, *names: str) -> list[BulkAct]:
    """Return the acts a table offers, in this order."""
    words = {
        "review": (gettext("Add to review"), "v", gettext("Add the chosen documents to review?")),
        "tag": (gettext("Tag"), "t", ""),
        "untag": (gettext("Remove a tag"), "", ""),
        "hold": (gettext("Hold"), "h", ""),
        "lift": (gettext("Lift hold"), "", gettext("Lift the hold on the chosen documents?")),
        "accept": (gettext("Accept as it is"), "a", ""),
        "set_aside": (gettext("Set aside"), "", gettext("Set the chosen documents aside?")),
        "bring_back": (gettext("Bring back"), "", ""),
        "apart": (
            gettext("Take out of the copies"),
            "",
            gettext("Make the chosen copies, with their families, documents of their own?"),
        ),
    }
    return [
        BulkAct(name, words[name][0], reverse("documents:act", args=[matter_id, name]), words[name][2], words[name][1])
        for name in names
    ]


@require_POST
def act(request: HttpRequest, matter_id: str, act: str) -> HttpResponse:
    """Do an act on the chosen documents, after asking what it needs to know."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    if act not in ACTS_ON_MANY:
        raise Http404
    ids = chosen_ids(request, actor, matter_id, most=MOST)
    back = back_address(request, matter_id)
    asking = ASKING.get(act)
    answered = "asked" in request.POST
    form = asking(request.POST if answered else None) if asking else None
    if isinstance(form, TagForm):
        form.offer([tag.name for tag in queries.tags(actor=actor, matter_id=matter_id)])
    if form is not None and ids and not (answered and form.is_valid()):
        return _question(request, matter_id, act, ids, form, bar, back)
    values: dict[str, str] = form.cleaned_data if form is not None and form.is_valid() else {}
    try:
        done = actions.change_documents(
            actor=actor,
            matter_id=matter_id,
            act=act,
            document_ids=ids,
            value=values.get("tag", "hand" if act == "set_aside" else ""),
            note=values.get("reason", ""),
            at=timezone.now(),
        )
    except Refused as refusal:
        if refusal.code in ("not_found", "not_allowed"):
            raise
        toast(request, refusal.sentence(gettext(refusal.message)))
        return redirect(back)
    _tell(request, done)
    return redirect(back)


def _question(
    request: HttpRequest, matter_id: str, act: str, ids: list[str], form: Any, bar: Any, back: str
) -> HttpResponse:
    """Ask for the tag or the reason; what was chosen is carried along."""
    everything = request.POST.get("everything") == "1"
    rows = sorted(queries.rows_by_id(actor=actor_of(request), ids=ids[:SHOWN]).values(), key=lambda row: row.sequence)
    context = {
        "matter_bar": bar,
        "matter_id": matter_id,
        "act": act,
        "heading": bulk_acts(matter_id, act)[0].label,
        "form": form,
        "count": len(ids),
        "rows": rows,
        "chosen": [] if everything else ids,
        "everything": "1" if everything else "",
        "filter": request.POST.get("filter", ""),
        "back": back,
    }
    return render(request, "documents/act.html", context, status=422 if form.errors else 200)


@require_GET
def changes(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show what was done to many documents at once, newest first, with the way back."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    shown = [
        (
            row,
            said(ACTS_ON_MANY, row.act),
            value_words(row),
            f"{reverse('documents:list', args=[matter_id])}?change={row.id}",
        )
        for row in queries.changes(actor=actor, matter_id=matter_id)
    ]
    context = {"matter_bar": bar, "matter_id": matter_id, "changes": shown}
    return render(request, "documents/changes.html", context)


@require_POST
def undo(request: HttpRequest, matter_id: str, change_id: str) -> HttpResponse:
    """Take an act back."""
    matter_bar(request, matter_id)
    done = actions.undo_change(actor=actor_of(request), change_id=change_id, at=timezone.now())
    if done.state == "undone":
        sentence = ngettext("Taken back on %(count)d document.", "Taken back on %(count)d documents.", done.changed) % {
            "count": done.changed
        }
        if done.act == "review":
            sentence = gettext("%(done)s What somebody has decided on stays in review.") % {"done": sentence}
    else:
        sentence = gettext("It is being taken back in the background.")
    toast(request, sentence)
    return redirect(_where_undone(request, matter_id))


def _where_undone(request: HttpRequest, matter_id: str) -> str:
    """Return the page of this house on which an act was taken back, else the list of acts."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host() and came_from.path.startswith("/matters/"):
        return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return reverse("documents:changes", args=[matter_id])


def value_words(row: queries.ChangeRecord) -> str:
    """Return what an act carried in words: the tag's name, or why documents were set aside."""
    return said(ASIDE, row.value) if row.act == "set_aside" else row.value


def _tell(request: HttpRequest, done: queries.ChangeRecord) -> None:
    """Say what was done, on how many, and on how many it was not allowed."""
    if done.state == "waiting":
        sentence = ngettext(
            "%(act)s: %(count)d document, in the background. You can leave this page.",
            "%(act)s: %(count)d documents, in the background. You can leave this page.",
            done.chosen,
        ) % {"act": said(ACTS_ON_MANY, done.act), "count": done.chosen}
        toast(request, sentence)
        return
    sentence = ngettext("%(act)s: %(count)d document.", "%(act)s: %(count)d documents.", done.changed) % {
        "act": said(ACTS_ON_MANY, done.act),
        "count": done.changed,
    }
    if done.barred:
        barred = ngettext(
            "It was not allowed on %(count)d document.", "It was not allowed on %(count)d documents.", done.barred
        )
        sentence = gettext("%(done)s %(barred)s") % {"done": sentence, "barred": barred % {"count": done.barred}}
    undo_url = reverse("documents:undo", args=[done.matter_id, done.id]) if done.can_undo else ""
    toast(request, sentence, undo_url=undo_url)
