"""Documents chosen for review by hand can be taken back out of it."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("review", "0002_focus_latest")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="wanted_by",
            field=models.CharField(blank=True, default="", max_length=26),
        ),
        migrations.AlterField(
            model_name="batch",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("in_review", "In review"),
                    ("complete", "Complete"),
                    ("withdrawn", "Taken back"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(condition=~Q(wanted_by=""), fields=["wanted_by"], name="batch_by_act"),
        ),
    ]
