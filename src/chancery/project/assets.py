"""Style sheets, scripts and pictures under names that carry their hash."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class Assets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed and compressed files; an unknown name is served under its plain name."""

    manifest_strict = False
