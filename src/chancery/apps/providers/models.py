"""The people who deliver the work: grade, skills, languages, licences, capacity."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class Professional(models.Model):
    """A person of the provider who can be given work."""

    class Grade(models.TextChoices):
        PARALEGAL = "paralegal", _("Paralegal")
        LAWYER = "lawyer", _("Lawyer")
        SENIOR = "senior", _("Senior lawyer")

    class Calendar(models.TextChoices):
        CHINA = "CN", _("China")
        UNITED_STATES = "US", _("United States")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=16, choices=Grade.choices)
    site = models.CharField(max_length=60)
    calendar = models.CharField(max_length=8, choices=Calendar.choices)
    daily_minutes = models.PositiveIntegerField(default=450)
    classification = models.CharField(max_length=10, default="PARALE")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.user)


class Skill(models.Model):
    """Something a professional was found able to do, in the words of the service catalogue."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["professional", "name"], name="skill_once")]

    def __str__(self) -> str:
        return self.name


class LanguageSkill(models.Model):
    """A working language: BCP 47 tag and level."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="languages")
    language = models.CharField(max_length=16)
    level = models.CharField(max_length=16, default="working")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["professional", "language"], name="language_once")]

    def __str__(self) -> str:
        return self.language


class Licence(models.Model):
    """An admission to practise, with the dates between which it is valid, both inclusive."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="licences")
    jurisdiction = models.CharField(max_length=16)
    number = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["professional", "jurisdiction", "number"], name="licence_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="licence_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.number}"


class Absence(models.Model):
    """Days on which a professional takes no work, both ends inclusive."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"
