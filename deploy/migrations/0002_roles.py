"""The roles of an association as groups. Adds rights alone: what somebody has given or taken by hand stays as it is."""

from django.db import migrations

WRITE, ALL = ("add", "change", "view"), ("add", "change", "delete", "view")
WORDS = ("person", "topic", "region", "abbreviation")
STEPS = ("publish", "lock", "unlock")

ENTER = {("wagtailadmin", "admin"): ("access",)}
CONTENT = {**{("cms", name): WRITE for name in WORDS}, ("newsletter", "issue"): WRITE}
OUTWARD = {
    **{("cms", name): ALL for name in WORDS},
    ("newsletter", "issue"): (*ALL, *STEPS),
    ("newsletter", "mailing"): WRITE,
    ("newsletter", "mailinglist"): WRITE,
    ("newsletter", "segment"): WRITE,
    ("social", "announcement"): ("change",),
    ("deploy", "jobrun"): ("view",),
    ("wagtailredirects", "redirect"): ALL,
}
MEMBERS = {
    ("newsletter", "member"): (*ALL, "export"),
    ("newsletter", "memberimport"): WRITE,
    ("newsletter", "membershipapplication"): ALL,
    ("newsletter", "membertag"): ALL,
    ("newsletter", "segment"): ALL,
    ("newsletter", "suppression"): ALL,
    ("newsletter", "mailing"): ("view",),
}
HOUSE = {
    ("auth", "group"): ALL,
    ("cms", "apikey"): ALL,
    ("cms", "hookdelivery"): ALL,
    ("cms", "hookendpoint"): ALL,
    ("cms", "identity"): ("change",),
    ("cms", "user"): ALL,
    ("newsletter", "bouncereport"): ALL,
    ("newsletter", "mailing"): ALL,
    ("newsletter", "mailinglist"): ALL,
    ("newsletter", "memberimport"): ALL,
    ("newsletter", "newsletterrules"): ("change",),
    ("newsletter", "providerevent"): ALL,
    ("newsletter", "relaystate"): ALL,
    ("social", "channelstate"): ("change",),
    ("wagtailcore", "locale"): ALL,
    ("wagtailcore", "site"): ALL,
    ("wagtailcore", "task"): ALL,
    ("wagtailcore", "workflow"): ALL,
}
# Role: rights, acts on pages, acts on pictures and documents, acts on collections.
ROLES = {
    "Skribent": ([ENTER], ("add",), ("add", "choose"), ()),
    "Redaktör": ([ENTER, CONTENT], ("add", "change"), ("add", "change", "choose"), ()),
    "Utgivare": (
        [ENTER, CONTENT, OUTWARD],
        ("add", "change", "publish", "lock", "unlock"),
        ("add", "change", "choose"),
        (),
    ),
    "Medlemsansvarig": ([ENTER, MEMBERS], (), (), ()),
    "Administratör": (
        [ENTER, CONTENT, OUTWARD, MEMBERS, HOUSE],
        ("add", "change", "publish", "lock", "unlock", "bulk_delete"),
        ("add", "change", "choose"),
        ("add", "change", "delete"),
    ),
}
FILES = (("wagtailimages", "image"), ("wagtaildocs", "document"))


def give(apps, schema_editor):
    """Make the groups that are missing, and add to each what its role may do."""
    for name, (tables, on_pages, on_files, on_collections) in ROLES.items():
        group, _made = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for table in tables:
            group.permissions.add(*(right(apps, *key, act) for key, acts in table.items() for act in acts))
        give_places(apps, group, on_pages, on_files, on_collections)


def give_places(apps, group, on_pages, on_files, on_collections):
    """Add what a group may do below the root of all pages and that of all collections."""
    page = apps.get_model("wagtailcore", "Page").objects.get(depth=1)
    collection = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    of_pages = apps.get_model("wagtailcore", "GroupPagePermission").objects
    of_collections = apps.get_model("wagtailcore", "GroupCollectionPermission").objects
    for act in on_pages:
        of_pages.get_or_create(group=group, page=page, permission=right(apps, "wagtailcore", "page", act))
    rights = [right(apps, *kind, act) for kind in FILES for act in on_files]
    rights += [right(apps, "wagtailcore", "collection", act) for act in on_collections]
    for one in rights:
        of_collections.get_or_create(group=group, collection=collection, permission=one)


def right(apps, app, model, act):
    """Return a permission; Django itself makes them only when all migrations are done."""
    kind, _made = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)
    found, _made = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=f"{act}_{model}", defaults={"name": f"Can {act.replace('_', ' ')} {model}"}
    )
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("deploy", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cms", "0009_limited_writers_and_review"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("newsletter", "0012_membership_applications"),
        ("social", "0007_figures_of_what_is_out"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
