"""Seeded faults: what an editor may get wrong in an issue that is otherwise without blame.

Each fault is a function that spoils the issue in `Scene`; `FAULTS` says which check catches it, with
which words in Swedish, whether it stops, and where its link leads: a block's number, a field's name, or "".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from PIL import Image
from wagtail.models import PageViewRestriction

from cms.models import Article, Call, Event, Identity, Picture
from newsletter.models import Issue, LinkCheck, Mailing, MailingList, Member, RelayState, Segment
from newsletter.relays import parse
from tests.newsletter import newsroom

OK_LINK = "https://example.se/medlem"


@dataclass
class Scene:
    """An issue without blame, and what it stands in. Blocks: 1 a post, 2 a text, 3 a button, 4 a picture."""

    issue: Issue
    post: Any
    members: MailingList
    publish: Callable[..., Any]
    now: datetime
    settings: Any
    picture: Picture

    def put(self, number: int, kind: str, value: Any) -> None:
        """Replace a block by one of `kind`."""
        blocks = [
            {"type": child.block_type, "value": child.get_prep_value()["value"], "id": child.id} for child in self.issue.content
        ]
        blocks[number - 1] = {"type": kind, "value": value, "id": str(uuid4())}
        self.issue.content = self.issue.content.stream_block.to_python(blocks)

    def text(self, html: str) -> None:
        self.put(2, "text", html)

    def button(self, text: str = "Bli medlem", url: str = OK_LINK) -> None:
        self.put(3, "button", {"text": text, "url": url})

    def show(self, **words: Any) -> None:
        self.put(
            4, "picture", {"image": self.picture.pk, "alt": "Tre personer vid en brygga", "caption": "", "link": "", **words}
        )

    def known(self, state: str, address: str = OK_LINK, **fields: Any) -> None:
        values = {"host": "example.se", "state": state, "checked_at": self.now, **fields}
        LinkCheck.objects.update_or_create(address=address, defaults=values)

    def feature(self, post: Any) -> None:
        self.put(1, "post", {"post": post.pk, "title": "", "summary": ""})


def subject(words: str) -> Callable[[Scene], None]:
    return lambda scene: setattr(scene.issue, "subject", words)


def html(words: str) -> Callable[[Scene], None]:
    return lambda scene: scene.text(words)


def link(address: str, words: str = "anmälan till dagen") -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        scene.known("ok", address)
        scene.text(f'<h2>Från kansliet</h2><p>Se <a href="{address}">{words}</a> hos oss.</p>')

    return spoil


def earlier(scene: Scene, **fields: Any) -> Mailing:
    issue = Issue.objects.create(subject="Förra numret", mailing_list=scene.members)
    values = {"subject": "Förra numret", "start_at": scene.now - timedelta(days=30), "state": "sent", **fields}
    return Mailing.objects.create(issue=issue, list=scene.members, **values)


def drawn(scene: Scene, width: int, height: int, noise: bool = False) -> Picture:
    found = newsroom.picture("Liten", (width, height), description="En liten båt vid bryggan")
    if noise:
        image = Image.effect_noise((width, height), 250).convert("RGB")
        with found.file.storage.open(found.file.name, "wb") as file:
            image.save(file, "PNG")
    return found


def heavy_picture(scene: Scene) -> None:
    scene.picture = drawn(scene, 1600, 1400, noise=True)
    scene.show()


def small_picture(scene: Scene) -> None:
    scene.picture = drawn(scene, 300, 200)
    scene.show()


def bare_picture(scene: Scene) -> None:
    Picture.objects.filter(pk=scene.picture.pk).update(description="")
    scene.show(alt="")


def gone_picture(scene: Scene) -> None:
    scene.show()
    Picture.objects.filter(pk=scene.picture.pk).delete()


def broken_file(scene: Scene) -> None:
    with scene.picture.file.storage.open(scene.picture.file.name, "wb") as file:
        file.write(b"not a picture")
    scene.picture.renditions.all().delete()
    cache.clear()
    scene.show()


def post_field(**fields: Any) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        Article.objects.filter(pk=scene.post.pk).update(**fields)

    return spoil


def members_only(scene: Scene) -> None:
    scene.feature(scene.publish(Article, title="För medlemmar", members_only=True))
    MailingList.objects.filter(pk=scene.members.pk).update(legal_basis="consent")


def locked(scene: Scene) -> None:
    PageViewRestriction.objects.create(page=scene.post.page_ptr, restriction_type="password", password="hemligt")


def closed_call(scene: Scene) -> None:
    scene.feature(scene.publish(Call, title="Sök medel", deadline=(scene.now - timedelta(days=2)).date()))


def past_event(scene: Scene) -> None:
    day = (scene.now - timedelta(days=9)).date()
    scene.feature(scene.publish(Event, title="Höstmötet", first_day=day, last_day=day, place="Malmö"))


def doubled(scene: Scene) -> None:
    scene.put(2, "post", {"post": scene.post.pk, "title": "", "summary": ""})


def sent_before(scene: Scene) -> None:
    earlier(scene, posts=[str(scene.post.translation_key)])


def same_subject(scene: Scene) -> None:
    earlier(scene, subject=scene.issue.subject)


def sent_already(scene: Scene) -> None:
    Mailing.objects.create(issue=scene.issue, list=scene.members, subject="x", state="sent")


def draft_link(scene: Scene) -> None:
    draft = scene.publish(Article, title="Utkast om stöd")
    draft.unpublish()
    scene.text(f'<h2>Från kansliet</h2><p>Läs <a linktype="page" id="{draft.pk}">om stödet</a> i dag.</p>')


def gone_page_link(scene: Scene) -> None:
    scene.text('<h2>Från kansliet</h2><p>Läs <a linktype="page" id="999999">om stödet</a> i dag.</p>')


def same_link(scene: Scene) -> None:
    scene.known("ok")
    scene.put(4, "button", {"text": "Gå med nu i vår", "url": OK_LINK})


def broken_link(scene: Scene) -> None:
    scene.known("broken", answer="sidan finns inte (404)")


def unknown_link(scene: Scene) -> None:
    scene.known("unknown", answer="inget svar inom 5 sekunder")


def untried_link(scene: Scene) -> None:
    LinkCheck.objects.all().delete()


def plain_http(scene: Scene) -> None:
    scene.known("ok", "http://example.se/medlem", https_works=True)
    scene.button(url="http://example.se/medlem")


def stranger_reply(scene: Scene) -> None:
    MailingList.objects.filter(pk=scene.members.pk).update(reply_to="ordet@annan.org")


def all_bounced(scene: Scene) -> None:
    Member.objects.update(status=Member.BOUNCED)


def no_list(scene: Scene) -> None:
    scene.issue.mailing_list = None


def empty_segment(scene: Scene) -> None:
    conditions = {"all": [{"field": "employer", "op": "contains", "value": "Ingenstans kommun"}]}
    scene.issue.segment = Segment.objects.create(name="Ingenstans", conditions=conditions)


def servers_down(scene: Scene) -> None:
    scene.settings.MAIL_RELAYS = ["smtp://127.0.0.1:2525?name=a"]
    RelayState.objects.create(name=parse(scene.settings.MAIL_RELAYS[0]).name, out_of_order=True)


def planned(at: datetime) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        Mailing.objects.create(
            issue=scene.issue, list=MailingList.objects.create(name="Andra", slug="andra"), start_at=at, subject="x"
        )

    return spoil


def too_big(scene: Scene) -> None:
    scene.text("<h2>Allt</h2><p>" + "ett långt stycke om allt möjligt. " * 3_500 + "</p>")


def nearly_too_big(scene: Scene) -> None:
    scene.text("<h2>Allt</h2><p>" + "ett stycke om allt. " * 1_700 + "</p>")


def not_approved(scene: Scene) -> None:
    scene.issue.has_unpublished_changes = True


def set_up(**fields: Any) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        for name, value in fields.items():
            setattr(scene.issue, name, value)

    return spoil


STOP, WARN = "stop", "warn"
Fault = tuple[str, Callable[[Scene], None], str, str, str, int | str]

# The fault's name, how it is made, the check, whether it stops, words that an editor reads, where the link leads.
# fmt: off
FAULTS: list[Fault] = [
    ("not approved", not_approved, "approval", STOP, "är inte godkänt", ""),
    ("no blocks", set_up(content=[]), "empty", STOP, "Numret är tomt", "content"),
    ("an empty subject", subject("  "), "subject-empty", STOP, "Ämnesraden är tom", "subject"),
    ("a subject of signs", subject("🎉🎉"), "subject-no-words", WARN, "inga ord", "subject"),
    ("a long subject",
     subject("Om det mesta som vi hittar på under våren och in på hösten 2026 och mer"),
     "subject-long", WARN, "tecken", "subject"),
    ("shouting", subject("ANMÄL DIG TILL DAGARNA"), "subject-capitals", WARN, "bara versaler", "subject"),
    ("exclamation marks", subject("Kom till Malmö!!"), "subject-exclamation", WARN, "flera utropstecken", "subject"),
    ("a false reply", subject("Sv: Dagarna i Malmö"), "subject-reply", WARN, "ser ut som ett svar", "subject"),
    ("the last issue's subject", same_subject, "subject-same", WARN, "samma ämnesrad", "subject"),
    ("no preheader", set_up(preheader=""), "preheader-missing", WARN, "förhandsrad", "preheader"),
    ("a preheader like the subject",
     set_up(preheader="Våren börjar här."), "preheader-same", WARN, "samma sak som ämnesraden", "preheader"),
    ("a name to be filled in", html("<h2>Hej</h2><p>Kära [namn], välkommen.</p>"), "placeholder", STOP, "[namn]", 2),
    ("a template's code", subject("Hej {{ förnamn }}"), "placeholder", STOP, "{{ förnamn }}", "subject"),
    ("lorem ipsum", set_up(introduction="<p>Lorem ipsum dolor.</p>"), "placeholder", STOP, "skulle fyllas i", "introduction"),
    ("a note to oneself", html("<h2>Hej</h2><p>TODO: fråga Eva.</p>"), "placeholder", STOP, "TODO", 2),
    ("paste here", html("<h2>Hej</h2><p>Klistra in här</p>"), "placeholder", STOP, "Klistra in här", 2),
    ("two crosses", html("<h2>Hej</h2><p>Vi ses den XX mars.</p>"), "placeholder", WARN, "XX", 2),
    ("spam's words", subject("Helt gratis kurs i vår"), "spam", WARN, "typiskt för skräppost", "subject"),
    ("an endless word", html("<h2>Hej</h2><p>" + "socialtjänstlagsutredning" * 3 + "</p>"), "long-word", WARN, "långt ord", 2),
    ("a heading that skips a level", html("<h4>Underrubrik</h4><p>Text.</p>"), "heading-order", WARN, "Underrubrik", 2),
    ("an empty heading", html("<h2> </h2><p>Text.</p>"), "heading-empty", WARN, "En rubrik är tom", 2),
    ("a false heading", html("<p><b>Från kansliet</b></p><p>Text.</p>"), "heading-false", WARN, "bara fetstil", 2),
    ("a long text without headings",
     html("<p>" + "Ett stycke text. " * 200 + "</p>"), "heading-none", WARN, "saknar rubriker", 2),
    ("an empty text", html("<p> </p>"), "block-empty", WARN, "Delen är tom", 2),
    ("a button without words", lambda scene: scene.button(text=" "), "block-empty", STOP, "Delen har inga ord", 3),
    ("dates without dates",
     lambda scene: scene.put(2, "dates", {"title": "Datum", "days": 1}), "dates-empty", WARN, "inga datum", 2),
    ("no alt text", bare_picture, "alt-missing", WARN, "saknar alternativtext", 4),
    ("a file's name for alt text", lambda scene: scene.show(alt="IMG_2034.jpg"), "alt-file", WARN, "IMG_2034.jpg", 4),
    ("an alt text that says nothing", lambda scene: scene.show(alt="bild"), "alt-file", WARN, "säger ingenting", 4),
    ("a long alt text", lambda scene: scene.show(alt="ord " * 60), "alt-long", WARN, "tecken lång", 4),
    ("a small picture", small_picture, "picture-small", WARN, "300 pixlar", 4),
    ("a heavy picture", heavy_picture, "picture-heavy", WARN, "väger", 4),
    ("a picture that is gone", gone_picture, "block", STOP, "bilden finns inte längre", 4),
    ("a file that is no picture", broken_file, "block", STOP, "gick inte att läsa", 4),
    ("an unpublished post", lambda scene: scene.post.unpublish(), "block", STOP, "är inte publicerat", 1),
    ("a deleted post", lambda scene: scene.post.delete(), "block", STOP, "finns inte längre", 1),
    ("an expired post", post_field(expire_at=datetime(2026, 3, 6, 10, tzinfo=UTC)), "post-expired", STOP, "har gått ut", 1),
    ("a post that soon expires",
     post_field(expire_at=datetime(2026, 3, 9, 10, tzinfo=UTC)), "post-expires", WARN, "9 mars 2026", 1),
    ("a post with unpublished changes", post_field(has_unpublished_changes=True), "post-changed", WARN, "inte är publicerade", 1),
    ("a locked post", locked, "post-locked", STOP, "lösenord", 1),
    ("a members' post on an open list", members_only, "members-only", WARN, "bara för medlemmar", 1),
    ("a passed deadline", closed_call, "date-passed", WARN, "4 mars 2026", 1),
    ("an event that is over", past_event, "event-over", WARN, "är över", 1),
    ("a post twice", doubled, "post-twice", WARN, "två gånger", 2),
    ("a post of an earlier issue", sent_before, "sent-before", WARN, "Förra numret", 1),
    ("an empty link", gone_page_link, "link-empty", STOP, "leder ingenstans", 2),
    ("a relative link", link("anmalan.html"), "link-relative", STOP, "inte en hel adress", 2),
    ("a script for a link", lambda scene: scene.button(url="javascript:alert(1)"), "block", STOP, "javascript", 3),
    ("a link to this computer", link("http://localhost:8000/sida"), "link-private", STOP, "läsarna inte når", 2),
    ("a link to the intranet", link("https://intranet/sida"), "link-private", STOP, "läsarna inte når", 2),
    ("a private address", link("https://192.168.1.4/sida"), "link-private", STOP, "läsarna inte når", 2),
    ("a link into the admin", link("https://ordet.example.se/admin/pages/3/edit/"), "link-preview", STOP, "förhandsvisning", 2),
    ("a link to a draft elsewhere", link("https://example.se/?p=12&preview=true"), "link-preview", STOP, "förhandsvisning", 2),
    ("somebody's tracking", link("https://example.se/x?utm_source=brev"), "link-tracking", WARN, "utm_source", 2),
    ("a wrapped link", link("https://eur01.safelinks.protection.outlook.com/?url=x"), "link-wrapped", WARN, "paketerats", 2),
    ("a bad mail address", link("mailto:info@example"), "link-mail", STOP, "ingen e-postadress", 2),
    ("click here", link("https://example.se/x", "Klicka här"), "link-words", WARN, "Klicka här", 2),
    ("words that show another address",
     link("https://evil.example.org/x", "www.example.se"), "link-disguised", WARN, "leder till", 2),
    ("the same link twice", same_link, "link-twice", WARN, "samma ställe", 4),
    ("an unpublished page", draft_link, "link-unpublished", STOP, "inte är publicerad", 2),
    ("a page of ours that isn't there",
     link("https://ordet.example.se/finns-inte/"), "link-unpublished", STOP, "som inte finns", 2),
    ("a broken link", broken_link, "link-broken", STOP, "sidan finns inte (404)", 3),
    ("a link of which nothing is known", unknown_link, "link-unknown", WARN, "inte kontrolleras", 3),
    ("a link not tried yet", untried_link, "link-untried", WARN, "har inte provats", ""),
    ("http where https works", plain_http, "link-http", WARN, "fast https: fungerar", 3),
    ("no postal address", lambda scene: Identity.objects.update(postal_address=""),
     "association", WARN, "postadress", "/admin/settings/cms/identity/"),
    ("answers to a stranger", stranger_reply, "reply-to", WARN, "annan domän", "/admin/snippets/newsletter/mailinglist/"),
    ("nobody on the list", lambda scene: scene.members.subscriptions.all().delete(),
     "nobody", STOP, "Ingen prenumererar", "mailing_list"),
    ("everybody silenced", all_bounced, "nobody", STOP, "spärrade", "mailing_list"),
    ("no list", no_list, "no-list", WARN, "Ingen lista", "mailing_list"),
    ("a segment of nobody", empty_segment, "segment-empty", STOP, "uppfyller", "segment"),
    ("sent to the list already", sent_already, "sent-already", WARN, "redan skickats", ""),
    ("no mail server works", servers_down, "relays", WARN, "Ingen e-postserver", "/admin/snippets/newsletter/relaystate/"),
    ("at night", planned(datetime(2026, 3, 10, 2, tzinfo=UTC)), "night", WARN, "mitt i natten", ""),
    ("on a holiday", planned(datetime(2026, 4, 3, 9, tzinfo=UTC)), "holiday", WARN, "långfredagen", ""),
    ("more than Gmail shows", too_big, "size", STOP, "102 kB", 2),
    ("nearly more than Gmail shows", nearly_too_big, "size", WARN, "närmar sig", 2),
]
# fmt: on
