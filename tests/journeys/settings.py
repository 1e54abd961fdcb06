"""The console's own settings with passwords that cost nothing to check; those of a finished demo still open."""

from niangjia.config.settings import *  # noqa: F403
from niangjia.config.settings import PASSWORD_HASHERS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
