"""Put our home page where Wagtail's welcome page stands, in the Swedish locale."""

from django.db import migrations


def make_home(apps, schema_editor):
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    ContentType = apps.get_model("contenttypes", "ContentType")
    Home = apps.get_model("cms", "Home")

    locale = Locale.objects.filter(language_code="sv").first() or Locale.objects.first()
    if locale is None:
        locale = Locale.objects.create(language_code="sv")
    elif locale.language_code != "sv":
        locale.language_code = "sv"
        locale.save()
    Page.objects.filter(depth=2, slug="home").delete()
    content_type, _ = ContentType.objects.get_or_create(model="home", app_label="cms")
    root = Page.objects.get(depth=1)
    home = Home.objects.create(
        title="Hem",
        draft_title="Hem",
        slug="hem",
        content_type=content_type,
        path=root.path + "0001",
        depth=2,
        numchild=0,
        url_path="/hem/",
        locale=locale,
        show_in_menus=False,
    )
    Page.objects.filter(depth=1).update(numchild=1, locale=locale)
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", port=80, site_name="Ordet", root_page=home, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_content"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(make_home, migrations.RunPython.noop)]
