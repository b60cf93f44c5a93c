"""Identity: who the association is, in every footer, on every card and in every mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="group")
class Identity(BaseGenericSetting):
    """The association's name, addresses and logo; one row, made empty at first use."""

    name = models.CharField(_("name"), max_length=200, blank=True, help_text=_("The association's full name."))
    short_name = models.CharField(
        _("short name"), max_length=40, blank=True, help_text=_("Such as the initials; used where space is short.")
    )
    tagline = models.CharField(_("tagline"), max_length=200, blank=True, help_text=_("A few words about the association."))
    postal_address = models.TextField(_("postal address"), blank=True, help_text=_("A line per line."))
    organisation_number = models.CharField(_("organisation number"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    logo = models.ForeignKey(
        "cms.Picture", verbose_name=_("logo"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page about personal data"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    footer = models.TextField(_("words in the footer"), blank=True, help_text=_("Stands at the end of every newsletter."))

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("short_name")]),
        FieldPanel("tagline"),
        FieldPanel("logo"),
        MultiFieldPanel(
            [FieldPanel("postal_address"), FieldRowPanel([FieldPanel("organisation_number"), FieldPanel("email")])],
            heading=_("Addresses"),
        ),
        PageChooserPanel("privacy_page"),
        FieldPanel("footer"),
    ]

    class Meta:
        verbose_name = _("the association")

    def __str__(self) -> str:
        return self.name or str(_("the association"))
