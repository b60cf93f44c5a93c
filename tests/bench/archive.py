"""Many posts on PostgreSQL in little time: one is published as an editor does, the others are copies of its rows."""

import random

from django.db import connection, transaction

# Copies begin here, far above whatever a sequence has given out.
FIRST = 1_000_000
PICTURES, PEOPLE, WORDS, LENGTH = 200, 300, 6_000, 150
SYLLABLES = ["so", "ci", "al", "tjä", "nst", "vår", "om", "sor", "le", "dar", "skap", "ra", "hem", "barn", "ung", "mun", "lag"]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def vocabulary():
    """Return words as one might write them, the same each time; the first are the frequent ones."""
    dice = random.Random("ordet")
    return list(dict.fromkeys("".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(WORDS * 2)))[:WORDS]


def template():
    """Publish the post that is copied, such as a magazine prints.

    Lead picture, two authors with portraits, topics, a region, key dates, 400 words, two pictures in the text, a
    quotation, a fact box, an abbreviation and three related posts.
    """
    from datetime import timedelta

    from django.utils import timezone
    from wagtail.search.index import insert_or_update_object

    from cms import copying
    from cms.models import Abbreviation, Byline, Call, Home, Region, RelatedPost, Topic, section_for
    from tests.browser.press import person, picture, publish

    colours = ("#c9dbe0", "#f3d9a4", "#3f6b6e")
    face = picture("Karin", colours, (300, 300))
    people = [person(f"Karin {n}", f"karin-{n}", "Socialdirektör", "Umeå kommun", face, "Ordförande") for n in range(2)]
    topics = [Topic.objects.create(name=name, slug=name.lower()) for name in ("Ledarskap", "Barn")]
    region = Region.objects.create(name="Norr", slug="norr")
    words = vocabulary()
    body = [("text", f"<p>{' '.join(words[n * 50 : n * 50 + 50])}.</p>") for n in range(8)]
    body.insert(4, ("quotation", {"text": " ".join(words[:20]), "source": "Karin"}))
    body.insert(6, ("fact_box", {"title": "Fakta", "text": f"<ul><li>{'</li><li>'.join(words[:5])}</li></ul>"}))
    for place, title in ((3, "Skog"), (7, "Berg")):
        words_of = {"alt": "", "caption": "", "photographer": ""}
        body.insert(place, ("picture", {"image": picture(title, colours, (900, 600), description=title), **words_of}))
    others = [publish(Call, Home.objects.get(), title=f"Annan {n}", lead_image=face) for n in range(3)]
    post = Call(
        title="Mall", slug="mall", summary="Om samarbete i vardagen. " * 6, body=body, live=False,
        lead_image=picture("Sjö", colours, (1200, 800), description="En sjö"), deadline=timezone.localdate() + timedelta(days=90),
    )  # fmt: skip
    for one in people:
        post.bylines.add(Byline(person=one))
    for other in others:
        post.related.add(RelatedPost(other=other.post_ptr))
    section_for(Call, Home.objects.get()).add_child(instance=post)
    post.topics, post.regions = topics, [region]
    post.abbreviations = [Abbreviation.objects.create(short="SoL", meaning="socialtjänstlagen")]
    post.save_revision().publish()
    copying.prepare(post)
    insert_or_update_object(post)
    return Call.objects.get(pk=post.pk)


def _run(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _columns(table):
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _copy(table, where, first, last, own, drop=()):
    """Copy the rows of `table` that `where` names, once for each n from `first` to `last`; `own` holds SQL by column."""
    names = [name for name in _columns(table) if name not in drop]
    quote = connection.ops.quote_name
    values = ", ".join(own.get(name, f"t.{quote(name)}") for name in names)
    into = ", ".join(map(quote, names))
    _run(f"INSERT INTO {table} ({into}) SELECT {values} FROM {table} t, generate_series(%s, %s) n WHERE {where}", first, last)


def _pictures(post):
    """Copy lead picture and portrait with their copies, and the authors."""
    author = post.bylines.first().person
    faces = FIRST + PICTURES
    for base, picture, number in ((FIRST, post.lead_image_id, PICTURES), (faces, author.portrait_id, PEOPLE)):
        _copy("cms_picture", f"t.id = {picture}", 1, number, {"id": f"{base} + n"})
        _copy("cms_picturerendition", f"t.image_id = {picture}", 1, number, {"image_id": f"{base} + n"}, drop=("id",))
    own = {"id": f"{FIRST} + n", "slug": "'copy-' || n", "portrait_id": f"{faces} + n"}
    _copy("cms_person", f"t.id = {author.pk}", 1, PEOPLE, own)


@transaction.atomic
def grow(post, first, last, *, searchable):
    """Add the copies number `first` to `last` of `post`, each an hour older than the one before."""
    if first == 1:
        _pictures(post)
    digits = "".join(f"substr('{DIGITS}', ((n + 40000) / {36**place} %% 36)::int + 1, 1) || " for place in (3, 2, 1, 0))
    page = {
        "id": f"{FIRST} + n", "path": f"left(t.path, -4) || {digits}''", "slug": "'kopia-' || n",
        "url_path": "replace(t.url_path, '/mall/', '/kopia-' || n || '/')", "translation_key": "gen_random_uuid()",
        "latest_revision_id": "NULL", "live_revision_id": "NULL", "numchild": "0",
        "title": "'Utlysning nummer ' || n", "draft_title": "'Utlysning nummer ' || n",
    }  # fmt: skip
    key = f"{FIRST} + n"
    _copy("wagtailcore_page", f"t.id = {post.pk}", first, last, page)
    moved = {"page_ptr_id": key, "date": "t.date - n * interval '1 hour'", "lead_image_id": f"{FIRST} + 1 + n %% {PICTURES}"}
    _copy("cms_post", f"t.page_ptr_id = {post.pk}", first, last, moved)
    _copy("cms_call", f"t.post_ptr_id = {post.pk}", first, last, {"post_ptr_id": key})
    author = {"post_id": key, "person_id": f"{FIRST} + 1 + (n + t.id) %% {PEOPLE}"}
    _copy("cms_byline", f"t.post_id = {post.pk}", first, last, author, ("id",))
    for table in ("cms_post_topics", "cms_post_regions", "cms_post_abbreviations", "cms_relatedpost"):
        _copy(table, f"t.post_id = {post.pk}", first, last, {"post_id": key}, ("id",))
    dates = {"post_id": key, "starts": "t.starts - n * interval '1 hour'", "ends": "t.ends - n * interval '1 hour'"}
    _copy("cms_keydate", f"t.post_id = {post.pk}", first, last, dates, ("id",))
    _run("UPDATE wagtailcore_page SET numchild = numchild + %s WHERE path = %s", last - first + 1, post.path[:-4])
    if searchable:
        _index(post, first, last)


INDEX = """
INSERT INTO wagtailsearch_indexentry (object_id, content_type_id, title_norm, title, body, autocomplete, title_text, body_text)
SELECT (%s + n)::text, %s, 1, setweight(to_tsvector('swedish', title), 'A'), to_tsvector('swedish', txt),
       to_tsvector('simple', title), title, txt
FROM (
  SELECT n, 'Utlysning nummer ' || n AS title, string_agg(word, ' ') AS txt
  FROM (
    SELECT n, 1 + floor(power(random(), 3) * %s)::int AS place
    FROM generate_series(%s, %s) n, generate_series(1, %s)
  ) AS dice JOIN words USING (place) GROUP BY n
) AS texts
"""


def _index(post, first, last):
    """Write index entries as Wagtail would, each of LENGTH words; a few words are frequent, most are rare."""
    numbered = "SELECT * FROM unnest(%s::text[]) WITH ORDINALITY AS w(word, place)"
    _run(f"CREATE TEMPORARY TABLE words ON COMMIT DROP AS {numbered}", vocabulary())
    _run("CREATE INDEX ON words (place)")
    _run(INDEX, FIRST, post.content_type_id, WORDS, first, last, LENGTH)


def settle():
    """Let the planner know."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
