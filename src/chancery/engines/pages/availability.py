"""Which optional crafts of this engine are installed; light enough to ask from anywhere."""

from __future__ import annotations

from importlib.util import find_spec


def available() -> bool:
    """Tell whether text recognition is installed (the extra ``ocr``)."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))
