"""The reader of last resort, a large compiled library; only ever run in a child process."""

from __future__ import annotations

import asyncio

import xberg

_CONFIG = xberg.ExtractionConfig(disable_ocr=True, use_cache=False)


def extract(*, data: bytes, media_type: str) -> str | None:
    """Return the plain text of ``data``, None when the library cannot read it."""
    try:
        return asyncio.run(_extract(data, media_type))
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # the library's panics do not derive from Exception
        return None


async def _extract(data: bytes, media_type: str) -> str | None:
    wanted = xberg.ExtractInput(kind="bytes", bytes=data, mime_type=media_type)
    answer = await xberg.extract(wanted, _CONFIG)
    texts = [result.content for result in answer.results if result.content]
    return "\n".join(texts) or None
