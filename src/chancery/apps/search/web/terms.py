"""The search-term report of a matter: a page, CSV, and a Word document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chancery.apps.matters.queries import matter
from chancery.apps.search import queries
from chancery.apps.search.web.forms import TermsForm
from chancery.apps.search.web.shared import actor_of, bar_of, encoded, problems_said
from chancery.engines.retrieval.termreport import TermLine, TermReport, as_csv
from chancery.engines.retrieval.termreport_docx import Wording, as_docx
from chancery.foundation.errors import Refused

EXAMPLE: Final = 'late w/5 deliver*\n违约责任 OR "liquidated damages"\nindemn* NOT w/10 draft'
WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One term as the page shows it; figures are None where the term could not be read."""

    term: str
    url: str
    understood: str
    problem: str
    figures: tuple[int | None, ...]


@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show what each term of a list finds; the same as a file. Nothing is kept."""
    actor = actor_of(request)
    record = matter(actor=actor, matter_id=matter_id)
    form = TermsForm(request.POST if request.method == "POST" else {"terms": request.GET.get("terms", "")})
    valid = form.is_valid()
    given: dict[str, Any] = form.cleaned_data if valid else {"terms": "", "stem": False, "form": ""}
    listed = [line for line in given["terms"].splitlines() if line.strip()]
    report, failure = None, "" if valid else gettext("The list may have at most 20,000 characters.")
    if listed:
        try:
            report = queries.report(actor=actor, matter_id=matter_id, terms=listed, stem=given["stem"])
        except Refused as refusal:
            failure = gettext(refusal.message) % refusal.params
    if report is not None and given["form"] in ("csv", "docx"):
        return _file(report, given["form"], record.number)
    address = reverse("search:matter", args=[record.id])
    context = {
        "matter_bar": bar_of(record),
        "matter_id": record.id,
        "search_url": address,
        "terms": given["terms"],
        "stem": given["stem"],
        "example": EXAMPLE,
        "failure": failure,
        "has_errors": bool(failure),
        "report": report,
        "left_out": max(0, len(listed) - queries.MOST_TERMS),
        "lines": [_shown(line, address, given["stem"]) for line in report.lines] if report else [],
    }
    return render(request, "search/terms.html", context)


def _shown(line: TermLine, address: str, stem: bool) -> ShownLine:
    problem = problems_said([line.problem])[0][0] if line.problem else ""
    figures = (
        line.documents, line.documents_with_family, line.families, line.unique_documents, line.unique_families,
        line.occurrences,
    )  # fmt: skip
    url = "" if line.problem else f"{address}?{encoded(q=line.term, stem='1' if stem else '')}"
    return ShownLine(line.term, url, line.understood, problem, figures)


def _file(report: TermReport, form: str, number: str) -> HttpResponse:
    if form == "csv":
        body, kind = as_csv(report), "text/csv; charset=utf-8"
    else:
        problems = [problems_said([line.problem])[0][0] if line.problem else "" for line in report.lines]
        body, kind = as_docx(report, at=timezone.localtime(), wording=_wording(), problems=problems), WORD_TYPE
    response = HttpResponse(body, content_type=kind)
    plain = "".join(letter for letter in number if letter.isascii() and (letter.isalnum() or letter in "-_"))
    response["Content-Disposition"] = f'attachment; filename="search-terms-{plain}.{form}"'
    return response


def _wording() -> Wording:
    """Return the words of the document in the reader's language."""
    return Wording(
        title=gettext("Search-term report"),
        intro=gettext("{searched} documents were searched on {at}."),
        heads=(
            gettext("Term"), gettext("Documents"), gettext("With family"), gettext("Families"),
            gettext("Unique documents"), gettext("Unique families"), gettext("Occurrences"), gettext("Read as"),
        ),
        together=gettext("All terms together"),
        notes=(
            gettext("With family: the documents found and every other member of their families."),
            gettext(
                "Unique documents: found by this term and by no other of the list. Unique families: families in which "
                "only this term finds anything."
            ),
        ),
    )  # fmt: skip
