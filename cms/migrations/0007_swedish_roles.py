"""Give Wagtail's own groups and workflow Swedish names: they are data, so no catalogue reaches them."""

from django.db import migrations

GROUPS = {"Editors": "Redaktör", "Moderators": "Utgivare"}


def rename(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    for english, swedish in GROUPS.items():
        if not groups.filter(name=swedish).exists():
            groups.filter(name=english).update(name=swedish)
    for model in ("Workflow", "Task"):
        apps.get_model("wagtailcore", model).objects.filter(name="Moderators approval").update(name="Granskning av utgivare")


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0006_content_version"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
    ]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
