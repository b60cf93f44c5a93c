"""An editor at work: filling with new posts, choosing, looking, testing, and the page before a send."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from cms.models import Article, Call, Column, Event, Post
from newsletter import filling
from newsletter.mailings import start_mailing
from newsletter.models import Issue, Mailing, MailingList, Member, NewsletterRules, SingleMail, Subscription
from tests.newsletter import newsroom

pytestmark = pytest.mark.django_db
ISSUE, MAILING = "/admin/snippets/newsletter/issue", "/admin/snippets/newsletter/mailing"
LINE = {"key": "a", "text": "Hej", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
CHOOSE = "/admin/newsletter/choose-post/"


@pytest.fixture
def members(home):
    newsroom.association()
    found = MailingList.objects.create(name="Medlemmar", slug="medlemmar", legal_basis="membership")
    for number in range(3):
        member = Member.objects.create(name=f"Anna {number}", address=f"m{number}@example.se")
        Subscription.objects.create(member=member, list=found)
    return found


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def issue(members, eva):
    made = Issue(subject="Nr 3", live=False, mailing_list=members, number=3)
    made.content = [("text", "<p>Hej</p>")]
    made.save()
    made.save_revision(user=eva)
    return made


def in_days(n):
    return timezone.localdate() + timedelta(days=n)


def titles(issue):
    latest = Issue.objects.get(pk=issue.pk).get_latest_revision_as_object()
    return [block.value["post"].title for block in latest.content if block.block_type == "post"]


@pytest.fixture
def news(publish):
    publish(Article, title="Artikel")
    publish(Event, title="Sen konferens", first_day=in_days(60))
    publish(Event, title="Tidig konferens", first_day=in_days(9))
    publish(Call, title="Sista dag senare", deadline=in_days(20), wanted="ansökan")
    publish(Call, title="Sista dag snart", deadline=in_days(3), wanted="ansökan")
    publish(Column, title="Krönika")


class TestFilling:
    def test_columns_come_first_then_calls_by_deadline_and_events_by_date(self, issue, news, eva):
        assert filling.fill(issue, eva, timezone.now()) == 6
        assert titles(issue) == [
            "Krönika",
            "Sista dag snart",
            "Sista dag senare",
            "Tidig konferens",
            "Sen konferens",
            "Artikel",
        ]

    def test_twice_adds_nothing_and_writes_no_version(self, issue, news, eva):
        filling.fill(issue, eva, timezone.now())
        versions = issue.revisions.count()
        assert filling.fill(issue, eva, timezone.now()) == 0
        assert issue.revisions.count() == versions

    def test_what_is_switched_off_imported_closed_or_sent_before_stays_out(self, issue, publish, members, eva):
        publish(title="Avstängd", outlets={"newsletter": {"include": False}})
        publish(title="Importerad", imported_from="https://gammalt.example.se/1")
        publish(Call, title="Stängd", deadline=in_days(-1), wanted="ansökan")
        sent = publish(title="Skickad")
        earlier = newsroom.issue([sent], mailing_list=members)
        start_mailing(earlier, members, timezone.now())
        Mailing.objects.update(created_at=timezone.now() - timedelta(hours=1))
        publish(title="Ny")
        assert [post.title for post in filling.new_posts(issue, members, timezone.now())] == ["Ny"]

    def test_what_was_published_before_the_list_s_last_mailing_is_not_new(self, issue, publish, members):
        publish(title="Gammal")
        start_mailing(newsroom.issue([], mailing_list=members), members, timezone.now())
        assert filling.new_posts(issue, members, timezone.now()) == []
        other = MailingList.objects.create(name="Press", slug="press")
        assert len(filling.new_posts(issue, other, timezone.now())) == 1, "another list has had nothing"

    def test_the_button_saves_what_was_written_first(self, desk, issue, news):
        page = desk.get(f"{ISSUE}/edit/{issue.pk}/")
        assert "6 nya inlägg kan läggas till" in page.content.decode()
        form = _posted(page.context["form"]) | {"subject": "Hunnit skriva om", "action-fill": "1"}
        answer = desk.post(f"{ISSUE}/edit/{issue.pk}/", form, follow=True).content.decode()
        assert "6 nya inlägg lades till sist i numret" in answer
        latest = Issue.objects.get(pk=issue.pk).get_latest_revision_as_object()
        assert (latest.subject, len(titles(issue))) == ("Hunnit skriva om", 6)
        answer = desk.post(
            f"{ISSUE}/edit/{issue.pk}/",
            _posted(desk.get(f"{ISSUE}/edit/{issue.pk}/").context["form"]) | {"action-fill": "1"},
            follow=True,
        )
        assert "inga nya inlägg" in answer.content.decode()

    def test_looking_changes_nothing(self, desk, issue, news):
        before = issue.revisions.count()
        desk.get(f"{ISSUE}/edit/{issue.pk}/", {"action-fill": "1"})
        assert (issue.revisions.count(), titles(issue)) == (before, [])


def _posted(form):
    """The form as the browser would send it, content in Wagtail's own shape."""
    data = {name: form.initial.get(name) or "" for name in ("subject", "preheader", "number", "issue_line", "mailing_list")}
    data["introduction"] = "null"
    blocks = list(form.instance.content)
    data["content-count"] = str(len(blocks))
    for place, block in enumerate(blocks):
        data |= {f"content-{place}-deleted": "", f"content-{place}-order": str(place), f"content-{place}-type": block.block_type}
        data[f"content-{place}-id"] = block.id or ""
        if block.block_type == "post":
            data |= {f"content-{place}-value-post": str(block.value["post"].pk)}
            data |= {f"content-{place}-value-title": "", f"content-{place}-value-summary": ""}
        else:
            data[f"content-{place}-value"] = json.dumps({"blocks": [LINE], "entityMap": {}})
    return data


class TestChooser:
    def test_it_begins_with_what_is_new_and_says_what_went_before(self, desk, publish, members, django_assert_max_num_queries):
        old = publish(title="Förra numrets krönika")
        start_mailing(newsroom.issue([old], mailing_list=members, number=7), members, timezone.now())
        for number in range(8):
            publish(title=f"Nyhet {number}")
        with django_assert_max_num_queries(40):
            new = desk.get(CHOOSE, {"mailing_list": members.pk}).json()["html"]
        assert "Nyhet 7" in new
        assert "Förra numrets krönika" not in new
        everything = desk.get(f"{CHOOSE}results/", {"mailing_list": members.pk, "show": "all"}).content.decode()
        assert "Redan med i nr 7" in everything
        found = desk.get(f"{CHOOSE}results/", {"mailing_list": members.pk, "q": "krönika"}).content.decode()
        assert "Förra numrets krönika" in found
        assert "Nyhet 1" not in found

    def test_it_offers_no_drafts(self, desk, publish, members):
        post = publish(title="Tillbakadragen")
        post.unpublish()
        assert "Tillbakadragen" not in desk.get(f"{CHOOSE}results/", {"show": "all"}).content.decode()

    def test_what_is_chosen_comes_back_with_its_title(self, desk, publish):
        post = publish(title="Vald")
        assert desk.get(f"{CHOOSE}chosen/{post.pk}/").json()["result"]["title"] == "Vald"


class TestLooking:
    def test_as_a_member_shows_the_name_and_leads_nowhere(self, desk, issue, members, rf, eva):
        issue.content = [("text", "<p>Hej @@name@@</p>")]
        request = rf.get("/")
        request.session = {}
        assert "Välj en medlem" in issue.serve_preview(request, "member").content.decode()
        request.session = {"newsletter_member": Member.objects.first().pk}
        shown = issue.serve_preview(request, "member").content.decode()
        assert "Visas så som Anna 0 skulle få det" in shown
        assert "@@" not in shown
        assert "/n/u/" not in shown
        otto = Member.objects.create(name="Otto", address="otto@example.se")
        request.session = {"newsletter_member": otto.pk}
        assert "får inte det här brevet" in issue.serve_preview(request, "member").content.decode()

    def test_a_member_is_found_and_remembered(self, desk, issue, members):
        page = f"{ISSUE}/as-member/{issue.pk}/"
        found = desk.get(page, {"q": "anna 1"}).content.decode()
        assert "m1@example.se" in found
        assert "m2@example.se" not in found
        assert "newsletter_member" not in desk.session
        member = Member.objects.get(name="Anna 1")
        answer = desk.post(page, {"member": member.pk})
        assert "mode=member" in answer["Location"]
        assert desk.session["newsletter_member"] == member.pk
        assert desk.post(page, {"member": "x"}).status_code == 404

    def test_the_test_group_gets_it_and_bad_lines_are_told(self, desk, issue, members, settings):
        settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
        NewsletterRules.objects.update_or_create(defaults={"test_group": "a@example.se\nfel\n\nb@example.se\na@example.se"})
        page = desk.get(f"{ISSUE}/test/{issue.pk}/").content.decode()
        assert "är inga e-postadresser: fel" in page
        answer = desk.post(f"{ISSUE}/test/{issue.pk}/", {"to": "group"}, follow=True).content.decode()
        assert "på väg till a@example.se, b@example.se" in answer
        assert "inga e-postadresser, så dit gick inget: fel" in answer
        assert sorted(SingleMail.objects.values_list("recipient", flat=True)) == ["a@example.se", "b@example.se"]
        assert all(mail.subject == "Test: Nr 3" for mail in SingleMail.objects.all())

    def test_headings_and_lines_stand_in_both_parts(self, issue):
        from newsletter.preview import sample

        issue.content = [("heading", {"text": "Från styrelsen"}), ("divider", None), ("text", "<p>Hej</p>")]
        found = sample(issue, timezone.now())
        assert "Från styrelsen</h2>" in found.html
        assert "FRÅN STYRELSEN" in found.text
        assert "----------" in found.text


class TestSending:
    @pytest.fixture
    def ready(self, issue, eva):
        issue.latest_revision.publish(user=eva)
        return Issue.objects.get(pk=issue.pk)

    def test_now_leaves_time_to_undo_and_undoing_lets_it_be_sent_again(self, desk, ready, members):
        before = timezone.now()
        answer = desk.post(f"{ISSUE}/send/{ready.pk}/", {"when": "now"})
        mailing = Mailing.objects.get()
        assert timedelta(seconds=19) < mailing.start_at - before < timedelta(seconds=25)
        page = desk.get(answer["Location"]).content.decode()
        assert "Går iväg om" in page
        assert "Ångra" in page
        assert desk.get(f"{ISSUE}/call-back/{mailing.pk}/").status_code == 405
        answer = desk.post(f"{ISSUE}/call-back/{mailing.pk}/", follow=True).content.decode()
        assert "Utskicket är återkallat" in answer
        mailing.refresh_from_db()
        assert (mailing.state, mailing.finished_at is not None) == ("cancelled", True)
        desk.post(f"{ISSUE}/send/{ready.pk}/", {"when": "now"})
        assert Mailing.objects.exclude(state="cancelled").count() == 1

    def test_what_has_begun_can_not_be_undone(self, desk, ready, members):
        mailing = start_mailing(ready, members, timezone.now())
        Mailing.objects.update(state=Mailing.SENDING)
        desk.post(f"{ISSUE}/call-back/{mailing.pk}/")
        assert Mailing.objects.get().state == "sending"

    def test_the_page_says_to_whom_and_who_approved(self, desk, ready):
        page = desk.get(f"{ISSUE}/send/{ready.pk}/").content.decode()
        assert "Medlemmar: 3 mottagare" in page
        assert "av eva den" in page

    def test_a_draft_is_approved_there_and_then_sent(self, desk, issue):
        page = desk.get(f"{ISSUE}/send/{issue.pk}/")
        assert 'name="when"' not in page.content.decode()
        seen = page.context["letter"]
        answer = desk.post(f"{ISSUE}/approve/{issue.pk}/", {"letter": seen}, follow=True).content.decode()
        assert "Numret är godkänt som det står nu" in answer
        assert 'name="when"' in answer
        desk.post(f"{ISSUE}/send/{issue.pk}/", {"when": "now"})
        assert Mailing.objects.count() == 1

    def test_what_was_changed_while_one_looked_is_not_approved(self, desk, issue, eva):
        seen = desk.get(f"{ISSUE}/send/{issue.pk}/").context["letter"]
        issue.subject = "Någon hann före"
        issue.save_revision(user=eva)
        answer = desk.post(f"{ISSUE}/approve/{issue.pk}/", {"letter": seen}, follow=True).content.decode()
        assert "har ändrats medan du tittade" in answer
        assert not Issue.objects.get(pk=issue.pk).live

    def test_the_rule_about_another_person_speaks_in_the_editor_and_on_the_page(self, desk, issue):
        NewsletterRules.objects.update_or_create(defaults={"second_person": True})
        form = _posted(desk.get(f"{ISSUE}/edit/{issue.pk}/").context["form"]) | {"action-publish": "1", "subject": "Mitt eget"}
        answer = desk.post(f"{ISSUE}/edit/{issue.pk}/", form, follow=True).content.decode()
        assert "sparade som utkast. Någon annan måste godkänna" in answer
        assert Issue.objects.get(pk=issue.pk).get_latest_revision_as_object().subject == "Mitt eget"
        page = desk.get(f"{ISSUE}/send/{issue.pk}/").content.decode()
        assert "Någon annan måste godkänna" in page
        assert "Godkänn det som står nu" not in page

    def test_an_hour_that_the_clocks_skip_is_refused_and_one_that_comes_twice_is_explained(self, desk, ready, members):
        year = timezone.now().year + 1
        spring = max(day for day in range(25, 32) if date(year, 3, day).weekday() == 6)
        autumn = max(day for day in range(25, 32) if date(year, 10, day).weekday() == 6)
        page = desk.post(f"{ISSUE}/send/{ready.pk}/", {"when": "later", "at": f"{year}-03-{spring} 02:30"}).content.decode()
        assert "finns inte" in page
        assert not Mailing.objects.exists()
        choice = {"when": "later", "at": f"{year}-10-{autumn} 02:30"}
        page = desk.post(f"{ISSUE}/send/{ready.pk}/", choice, follow=True).content.decode()
        assert "två gånger" in page
        assert Mailing.objects.get().start_at == datetime.fromisoformat(f"{year}-10-{autumn}T02:30+02:00")

    def test_the_list_tells_how_each_issue_stands(self, desk, ready, members, eva, django_assert_max_num_queries):
        start_mailing(ready, members, timezone.now())
        Mailing.objects.update(state=Mailing.SENT)
        for number in range(4, 10):
            Issue.objects.create(subject=f"Nr {number}", live=False, number=number).save_revision(user=eva)
        with django_assert_max_num_queries(40):
            page = desk.get(f"{ISSUE}/").content.decode()
        assert "Skickat till 0" in page
        assert page.count("Utkast") >= 6
        assert "Skapa från förra" in page

    def test_a_new_issue_has_the_next_number_and_a_copy_no_posts(self, desk, issue, publish, eva):
        form = desk.get(f"{ISSUE}/add/").context["form"]
        assert (form["number"].value(), form["mailing_list"].value()) == (4, issue.mailing_list_id)
        MailingList.objects.create(name="Press", slug="press")
        assert desk.get(f"{ISSUE}/add/").context["form"]["mailing_list"].value() is None
        issue.content.append(("post", {"post": publish(title="Bara i nr 3"), "title": "", "summary": ""}))
        issue.save()
        page = desk.get(f"{ISSUE}/copy/{issue.pk}/").content.decode()
        assert 'value="4"' in page
        assert "Bara i nr 3" not in page
        assert Post.objects.filter(title="Bara i nr 3").exists()

    def test_a_letter_that_the_time_changes_is_approved_as_it_will_stand(self, desk, issue, publish, eva):
        issue.content.append(
            ("post", {"post": publish(Call, title="Sök", deadline=in_days(3), wanted="x"), "title": "", "summary": ""})
        )
        issue.save_revision(user=eva).publish(user=eva)
        choice = {"when": "later", "at": f"{in_days(30)} 09:30"}
        page = desk.post(f"{ISSUE}/send/{issue.pk}/", choice)
        assert "”Sök” ändras med tiden" in page.content.decode()
        assert not Mailing.objects.exists()
        at = page.context["at"].isoformat()
        desk.post(f"{ISSUE}/approve/{issue.pk}/", {"letter": page.context["letter"], "at": at})
        desk.post(f"{ISSUE}/send/{issue.pk}/", choice)
        assert Mailing.objects.get().start_at == datetime.fromisoformat(at)
