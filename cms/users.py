"""The user of the admin."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Ordet's own user model from the first migration on, because it can't be changed later."""
