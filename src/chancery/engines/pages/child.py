"""The loop of a child process: read a call, run it within its limits, answer."""

from __future__ import annotations

import importlib
import os
import pickle
import resource
import struct
import sys
from typing import Any

from chancery.engines.pages.values import ImagingRefused

_LENGTH = struct.Struct(">Q")


def serve() -> None:
    """Serve calls from standard input until it ends; answers go to what was standard output.

    Anything a library prints goes to standard error, so that it cannot be taken for an answer.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    memory = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    calls = sys.stdin.buffer
    while header := calls.read(_LENGTH.size):
        answer = pickle.dumps(_answer(calls.read(_LENGTH.unpack(header)[0])))
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _answer(request: bytes) -> tuple[str, Any]:
    name, kwargs, seconds = pickle.loads(request)  # noqa: S301
    module, _, function = name.partition(":")
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
    try:
        return "done", getattr(importlib.import_module(module), function)(**kwargs)
    except ImagingRefused as refusal:
        return "refused", refusal.code
    except MemoryError:
        return "gone", "memory_limit"
    except BaseException as fault:
        if isinstance(fault, (KeyboardInterrupt, SystemExit)):
            raise
        sys.stderr.write(f"imaging: {type(fault).__name__}: {fault}\n"[:500])
        return "refused", "corrupt"
