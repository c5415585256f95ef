from django.apps import AppConfig
from django.utils import translation

from core import catalogue


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        catalogue.look_up_with(translation.gettext, translation.ngettext)
