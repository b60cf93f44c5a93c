"""People, their roles over time, and bylines as they were printed."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import StreamField
from wagtail.models import Orderable
from wagtail.search import index

from cms.blocks import PrintedRoleBlock
from cms.teaser import PersonPart


class Person(index.Indexed, ClusterableModel):
    """Somebody in or near the association."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=200, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True, help_text=_("The occupation, such as “socialdirektör”."))
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    region = models.ForeignKey("cms.Region", verbose_name=_("region"), null=True, blank=True, on_delete=models.SET_NULL)
    portrait = models.ForeignKey(
        "cms.Picture", verbose_name=_("portrait"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    competences = models.CharField(
        _("competences"), max_length=400, blank=True, help_text=_("What the person can be asked about, separated by commas.")
    )
    email = models.EmailField(_("e-mail"), blank=True)

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
        FieldRowPanel([FieldPanel("title"), FieldPanel("employer")]),
        FieldPanel("portrait"),
        FieldPanel("region"),
        FieldPanel("competences"),
        FieldPanel("email"),
        InlinePanel("roles", heading=_("Roles over time"), label=_("role")),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("employer"),
        index.FilterField("region"),
    ]

    class Meta:
        ordering = ["name"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    def roles_on(self, day: date) -> list["Role"]:
        """Return the roles that the person held on `day`, in the editor's order."""
        return [role for role in self.roles.all() if role.covers(day)]


class Role(Orderable):
    """An office that a person holds or held, in the association or elsewhere."""

    person = ParentalKey(Person, on_delete=models.CASCADE, related_name="roles")
    title = models.CharField(_("role"), max_length=200)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    begins = models.DateField(_("from"), null=True, blank=True)
    ends = models.DateField(_("until"), null=True, blank=True)

    panels = [
        FieldRowPanel([FieldPanel("title"), FieldPanel("organisation")]),
        FieldRowPanel([FieldPanel("begins"), FieldPanel("ends")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(begins__isnull=True) | models.Q(ends__gte=models.F("begins")),
                name="role_ends_after_it_begins",
                violation_error_message=_("A role can't end before it begins."),
            )
        ]

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.title, self.organisation)))

    def covers(self, day: date) -> bool:
        """Tell whether the role was held on `day`; an open end has no limit."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)


class Byline(Orderable):
    """Who wrote a post, with roles and employer as they were then: stored as printed."""

    post = ParentalKey("cms.Post", on_delete=models.CASCADE, related_name="bylines")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), null=True, blank=True, on_delete=models.SET_NULL, related_name="bylines"
    )
    name = models.CharField(
        _("name as printed"), max_length=200, blank=True, help_text=_("Filled in from the person when left empty.")
    )
    roles = StreamField(
        [("role", PrintedRoleBlock())],
        verbose_name=_("roles as printed"),
        blank=True,
        help_text=_("Filled in from the person's roles on the day of publication when left empty."),
    )

    panels = [FieldPanel("person"), FieldPanel("name"), FieldPanel("roles")]

    class Meta(Orderable.Meta):
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")

    def __str__(self) -> str:
        return self.name

    def fill_in(self, day: date) -> None:
        """Freeze name and roles as they are on `day`, where the editor left them empty."""
        if self.person is None:
            return
        self.name = self.name or self.person.name
        if not self.roles:
            held = self.person.roles_on(day)
            printed = [{"title": role.title, "employer": role.organisation} for role in held] or [
                {"title": self.person.title, "employer": self.person.employer}
            ]
            self.roles = [("role", role) for role in printed if role["title"] or role["employer"]]

    def printed_roles(self) -> tuple[str, ...]:
        """Return the roles as they stand in print."""
        return tuple(str(block.value) for block in self.roles)

    def part(self) -> PersonPart:
        """Return the byline as a Teaser's part."""
        portrait = self.person.portrait if self.person else None
        return PersonPart(self.name, self.printed_roles(), image=portrait.words if portrait else None)
