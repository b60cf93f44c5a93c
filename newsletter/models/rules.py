"""The association's own rules for its newsletters."""

from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="mail")
class NewsletterRules(BaseGenericSetting):
    """One row, made with these defaults at first use."""

    second_person = models.BooleanField(
        _("another person must approve"),
        default=False,
        help_text=_("Whoever edited an issue last can't be the one who approves it."),
    )
    undo_seconds = models.PositiveSmallIntegerField(
        _("time to regret, in seconds"),
        default=20,
        validators=[MaxValueValidator(3600)],
        help_text=_("An issue that is sent “now” leaves after this long; until then it can be called back whole."),
    )
    test_group = models.TextField(
        _("test group"), blank=True, help_text=_("One e-mail address per line: who gets “Test to the group”.")
    )
    tracking = models.BooleanField(
        _("count opens and clicks"),
        default=False,
        help_text=_("Only of members who have agreed to it themselves. Everybody else's letters hold no traces."),
    )

    registrar = models.EmailField(
        _("member registrar"),
        blank=True,
        help_text=_("Who is told of a new application for membership. Empty: the association's own address."),
    )

    panels = [
        FieldPanel("second_person"),
        FieldPanel("undo_seconds"),
        FieldPanel("test_group"),
        FieldPanel("tracking"),
        FieldPanel("registrar"),
    ]

    class Meta:
        verbose_name = _("rules for newsletters")

    @classmethod
    def current(cls) -> Self:
        """Return the rules as they are, or the defaults. Unlike `load` it writes nothing at first use."""
        return cls.objects.first() or cls()
