"""Settings of the test suite: the installed ones, in a home of their own and with a fast password hash."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if "CHANCERY_TEST_HOME" not in os.environ:
    folder = tempfile.mkdtemp(prefix="chancery-tests-")
    os.environ["CHANCERY_TEST_HOME"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
os.environ["CHANCERY_HOME"] = os.environ["CHANCERY_TEST_HOME"]
os.environ["CHANCERY_DEMO"] = "1"

from chancery.project.settings import *  # noqa: F403
from chancery.project.settings import DATABASES, HOME
from chancery.project.translations import compile_all

HOME.prepare()
compile_all()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(HOME.database.with_name("test.sqlite3"))}
