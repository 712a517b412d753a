"""One piece of work of a matter runs at a time; what runs while this is brought in is queued again."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def queue_again(apps: Any, editor: Any) -> None:
    """Put running work back: whoever held it can write nothing more, and it goes on from its checkpoint."""
    rows = apps.get_model("jobs", "Job").objects.using(editor.connection.alias)
    rows.filter(state="running").update(state="queued", lease_until=None, worker="")


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.RunPython(queue_again, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                fields=["matter_id"], condition=Q(state="running", matter_id__isnull=False), name="job_one_of_a_matter"
            ),
        ),
    ]
