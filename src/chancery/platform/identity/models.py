"""People who sign in, their preferences, one-use links and tokens of the machine interface."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import get_language

from chancery.foundation.identifiers import new_id


class User(AbstractUser):
    """One person; what the person may do is held by ``access``, not here."""

    class Language(models.TextChoices):
        ENGLISH = "en"
        CHINESE = "zh-hans"

    class Theme(models.TextChoices):
        AUTO = "auto"
        LIGHT = "light"
        DARK = "dark"

    class Density(models.TextChoices):
        COMPACT = "compact"
        NORMAL = "normal"
        COMFORTABLE = "comfortable"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    display_name = models.CharField(max_length=120, blank=True, default="")
    display_name_zh = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=10, choices=Language.choices, default=Language.ENGLISH)
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.AUTO)
    density = models.CharField(max_length=12, choices=Density.choices, default=Density.NORMAL)
    letter_keys = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=64, default="UTC")

    def get_full_name(self) -> str:
        """Return the name shown to people in the record."""
        return self.display_name or self.username

    def get_short_name(self) -> str:
        """Return the same name; people here have one."""
        return self.get_full_name()

    def name_in(self, *, language: str) -> str:
        """Return the name in the reader's language where there is one."""
        if language.startswith("zh") and self.display_name_zh:
            return self.display_name_zh
        return self.get_full_name()

    def shown_name(self) -> str:
        """Return the name in the language in use; records that leave the house keep ``get_full_name``."""
        return self.name_in(language=get_language() or "")


class SignInLink(models.Model):
    """A one-use address that signs one person in; only where the demo is switched on."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A bearer token of the machine interface; only its hash is kept."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=120)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
