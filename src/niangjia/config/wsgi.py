"""The WSGI application; refuses to start without a deployment or on a database that may forget."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from niangjia.config.databases import refuse_unsafe_database
from niangjia.kernel.deployment import Deployment

if settings.DEPLOYMENT is None:
    Deployment.load()  # raises, with the words for it
application = get_wsgi_application()
refuse_unsafe_database()
