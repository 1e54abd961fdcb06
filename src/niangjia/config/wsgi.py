"""The WSGI application; refuses to start without a deployment or on a database that may forget."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

from niangjia.config.databases import refuse_unsafe_database  # noqa: E402
from niangjia.kernel.deployment import Deployment  # noqa: E402

if settings.DEPLOYMENT is None:
    Deployment.load()  # raises, with the words for it
application = get_wsgi_application()
refuse_unsafe_database()
