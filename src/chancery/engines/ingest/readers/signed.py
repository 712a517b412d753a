"""Files in a CMS envelope (.p7m): what was signed is taken out; what was encrypted is coded."""

from __future__ import annotations

import re

from chancery.engines.ingest.reading import Child, Content, Reading
from chancery.engines.ingest.signed import opened

_MIME = re.compile(rb"(?:content-type|content-transfer-encoding|mime-version):", re.IGNORECASE)


def read(content: Content, key: str) -> Reading:
    """Return the signed content as the only entry: a message, or the file that was signed."""
    found = opened(data=content.data())
    if found.kind == "encrypted":
        return Reading(exception="encrypted", detail="The content is encrypted for a recipient whose key is not here.")
    if found.content is None:
        detail = "The file holds a signature only." if found.kind == "detached" else "The envelope cannot be read."
        return Reading(exception="unsupported" if found.kind == "detached" else "corrupt", detail=detail)
    name = re.sub(r"\.p7m$", "", content.name, flags=re.IGNORECASE)
    if _MIME.match(found.content.lstrip()):
        name = f"{name}.eml"
    elif name == content.name or "." not in name:
        name = f"{name}.content"
    return Reading(children=[Child(name, found.content)], container=True)
