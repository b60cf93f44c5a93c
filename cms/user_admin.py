"""The users' pages in the admin, with the region that a user is kept to."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet as WagtailsUserViewSet

from cms.models import Region


class RegionForm(forms.ModelForm):
    """Adds the region."""

    region = forms.ModelChoiceField(
        queryset=Region.objects.all(),
        required=False,
        label=_("Only this region"),
        help_text=_("Writes and edits posts of this region alone. Empty: of all."),
        empty_label=_("All regions"),
    )


class CreationForm(RegionForm, UserCreationForm):
    """A new user."""

    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"region"}


class EditForm(RegionForm, UserEditForm):
    """A user; nobody widens their own region."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if "is_active" not in self.fields:
            del self.fields["region"]

    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"region"}


class UserViewSet(WagtailsUserViewSet):
    """Users."""

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """Return the form."""
        return EditForm if for_update else CreationForm
