"""The settings on a throw-away deployment: new keys in a temporary folder, cheap passwords, nothing from the environment
but ``NIANGJIA_DATABASE_URL``, which moves the tests to PostgreSQL."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from niangjia.kernel.deployment import Deployment

_folder = Path(tempfile.mkdtemp(prefix="niangjia-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
Deployment.create(_folder, "330600")
os.environ["NIANGJIA_DATA"] = str(_folder)
for _name in ("NIANGJIA_DEBUG", "NIANGJIA_HOSTS", "NIANGJIA_BEHIND_PROXY"):
    os.environ.pop(_name, None)

from niangjia.config.settings import *  # noqa: E402, F403
from niangjia.config.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECOND_FACTOR = "off"  # the tests of signing in turn it on
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
WHITENOISE_AUTOREFRESH = True
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: threads and processes of the concurrency tests share it as they would in use.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "tests.sqlite3")}
