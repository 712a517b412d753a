"""Weight and speed of the main pages on the sample matter, and of save-and-next at the review desk.

``python bench/pages.py [runs]``. Works in a home of its own and removes it. Times are the server's, in process.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="chancery-bench-")
os.environ["CHANCERY_HOME"] = str(Path(HOME, "home"))
os.environ["DJANGO_SETTINGS_MODULE"] = "chancery.project.settings"
sys.path.insert(0, str(Path(__file__).parent))

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from main_job import codes_for  # noqa: E402
from measuring import median, percentile, show  # noqa: E402

from chancery.apps.production.models import Production  # noqa: E402
from chancery.apps.review.models import Batch  # noqa: E402
from chancery.apps.spend.models import Invoice  # noqa: E402
from chancery.apps.workspace.actions.running import run_matter  # noqa: E402
from chancery.apps.workspace.specimen.matters import write_second_matter, write_supply_dispute  # noqa: E402
from chancery.platform.identity.models import User  # noqa: E402
from chancery.project.upkeep import prepare_home  # noqa: E402

ELEMENT = re.compile(rb"<[a-zA-Z]")


def prepared(work: Path) -> tuple[str, str]:
    """Run the sample matter to its end and a second one up to the review; returns their ids."""
    prepare_home()
    options = {"now": timezone.now, "tell": lambda *_: None}
    first, second, out = work / "first", work / "second", work / "out"
    write_supply_dispute(folder=first)
    run_matter(source=first, out=out, **options)
    codes_for(out / "items.jsonl", work / "codes.csv")
    done = run_matter(source=first, out=out, codes=work / "codes.csv", approve="attorney", **options)
    write_second_matter(folder=second)
    return done.matter_id, run_matter(source=second, out=work / "out-2", **options).matter_id


def browser(username: str) -> Client:
    """Return a signed-in browser."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_row(name: str, client: Client, url: str, runs: int) -> tuple[str, str, str]:
    """Measure one page."""
    times = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        answer = client.get(url)
        times.append((time.perf_counter() - started) * 1000)
    assert answer.status_code == 200, (url, answer.status_code)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(url)
    html = answer.content
    packed = len(gzip.compress(html, 6))
    value = (
        f"{median(times[1:]):.0f} ms, p95 {percentile(times[1:], 0.95):.0f}; {len(queries)} queries; "
        f"{len(html) / 1000:.0f} kB, {packed / 1000:.1f} kB gz; {len(ELEMENT.findall(html))} elements"
    )
    return name, value, ""


def save_and_next(runs: int) -> tuple[str, str, str]:
    """Save a decision and fetch the next document, as the desk does between two keys."""
    times: list[float] = []
    for batch in Batch.objects.exclude(state="complete").filter(level=1).select_related("assignee"):
        if batch.assignee is None:
            continue
        client = browser(batch.assignee.username)
        for place in batch.places.order_by("position"):
            address = [batch.id, place.document_id]
            answers = {"responsive": "not_responsive", "privilege": "none", "seconds": "5"}
            started = time.perf_counter()
            saved = client.post(reverse("review:code", args=address), answers, headers={"X-Requested-With": "fetch"})
            assert saved.status_code in (200, 204, 302), saved.status_code
            following = saved.headers.get("X-Next")
            if following:
                client.get(reverse("review:desk_document", args=[batch.id, following]))
            times.append((time.perf_counter() - started) * 1000)
            if len(times) >= runs * 5:
                break
    value = f"p50 {median(times):.0f} ms, p95 {percentile(times, 0.95):.0f} ms over {len(times)}"
    return "save and next (both requests)", value, "next on screen within 150 ms"


def main() -> None:
    """Measure the pages of two matters."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    done, under_way = prepared(Path(HOME))
    manager, counsel = browser("manager"), browser("counsel")
    batch = Batch.objects.filter(matter_id=under_way).select_related("assignee").first()
    assert batch is not None
    assert batch.assignee is not None
    desk = reverse("review:desk", args=[batch.id])
    pages = [
        ("my work", manager, "/"),
        ("matters", manager, reverse("matters:list")),
        ("matter", manager, reverse("workspace:matter", args=[done])),
        ("documents", manager, reverse("documents:list", args=[done])),
        ("processing", manager, reverse("documents:processing", args=[done])),
        ("exceptions", manager, reverse("documents:exceptions", args=[done])),
        ("search", manager, reverse("search:matter", args=[done]) + "?q=valve"),
        ("work", manager, reverse("operations:work")),
        ("production", counsel, reverse("production:production", args=[Production.objects.first().id])),
        ("invoice", counsel, reverse("spend:invoice", args=[Invoice.objects.first().id])),
        ("record", counsel, reverse("workspace:record", args=[done])),
    ]
    rows = [page_row(name, client, url, runs) for name, client, url in pages]
    reviewer = browser(batch.assignee.username)
    answer = reviewer.get(desk)
    rows.append(page_row("review desk", reviewer, answer.headers.get("Location", desk), runs))
    rows.append(save_and_next(runs))
    show(title=f"Pages, median of {runs}", rows=rows)


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
