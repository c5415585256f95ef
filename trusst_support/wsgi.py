from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from core.guard import refuse_mighty_login

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trusst_support.settings")

application = get_wsgi_application()
refuse_mighty_login()
