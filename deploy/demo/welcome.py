"""What the demo's visitor is met by: an issue ready to be sent, and where everything is."""

from django.utils import timezone

from deploy.demo.audience import LIST, USERS, password
from deploy.demo.stage import Stage


def issue(subject: str, posts: list[object], introduction: str) -> object:
    """Return an approved issue with `posts` in the given order."""
    from newsletter.models import Issue, MailingList

    content = [("post", {"post": post, "title": "", "summary": ""}) for post in posts]
    made = Issue.objects.create(
        subject=subject,
        preheader="Ordföranden har ordet, en utlysning och tre dagar i Malmö",
        issue_line=f"Nr 1 · {timezone.localdate():%Y}",
        introduction=f"<p>{introduction}</p>",
        content=[*content, ("dates", {"title": "Viktiga datum", "days": 100})],
        mailing_list=MailingList.objects.get(slug=LIST),
        live=False,
    )
    made.save_revision().publish()
    made.refresh_from_db()
    return made


def first_issue() -> None:
    """Publish the chair's column, which goes out to LinkedIn of itself, and make an issue that waits to be sent."""
    from cms.models import Post
    from deploy.demo.furnish import Furnisher
    from deploy.demo.posts import COLUMN

    furnisher = Furnisher(timezone.now())
    column = furnisher.publish(furnisher.post(COLUMN))
    others = [Post.objects.filter(kind=kind).order_by("-date").first() for kind in ("call", "award", "event", "article")]
    issue("Det vi gör tidigt slipper vi laga sent", [column, *others], "Hej! Här är månadens brev från föreningen.")


def words(stage: Stage) -> str:
    """Return the addresses and log-ins to print."""
    logins = "\n".join(f"  {name:<12} {password(name):<26} {role}" for name, (_, role) in USERS.items())
    return f"""
Ordet är igång.

  Webbplatsen   {stage.url("web")}/
  Administrera  {stage.url("web")}/admin/
  API           {stage.url("web")}/api/content/v1/docs
  Brevlådan     {stage.url("mail")}/
  LinkedIn      {stage.url("linkedin")}/

Logga in som:
{logins}

Prova som utgivare: publicera en krönika och se den på LinkedIn en halv minut senare,
eller skicka numret som ligger färdigt under Nyhetsbrev och läs breven i brevlådan.

Avsluta med Ctrl-C.
"""
