"""A small Swedish magazine: one post of every kind with all that it can show, for looking at and testing."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from cms.identity import Identity
from cms.models import (
    Abbreviation,
    Article,
    Award,
    Byline,
    Call,
    Clipping,
    Column,
    Event,
    Film,
    Home,
    Person,
    Picture,
    PlainPage,
    Region,
    RelatedPost,
    Role,
    SectionIndex,
    Topic,
    section_for,
)
from django.core.files.images import ImageFile
from PIL import Image, ImageDraw

LONG = (
    "<p>När jag började som chef trodde jag att uppgiften var att ha svaren. I dag vet jag att den är att ställa frågorna, "
    "och att stå kvar tills någon vågar svara. Föreningen FSS samlar dem som gör det varje dag.</p>"
    "<p>I IFO möter vi människor i livets svåraste stunder. Då räcker det inte med goda avsikter; vi behöver tid, kunskap "
    "och varandra. <a href='https://www.example.se/rapport'>Vår rapport om FSS</a> visar att de kommuner som arbetar "
    "tillsammans kommer längre – inte för att de har mer pengar, utan för att de har fler att fråga.</p>"
)


def picture(title: str, colours: tuple[str, str, str], size: tuple[int, int], source: str = "", **words: str) -> Picture:
    """Return a stored picture: from the file `source` when it is there, else drawn."""
    out = BytesIO()
    if source and Path(source).exists():
        Image.open(source).convert("RGB").save(out, "JPEG", quality=88)
    else:
        drawn(colours, size).save(out, "JPEG", quality=88)
    return Picture.objects.create(title=title, file=ImageFile(out, name=f"{title.lower().replace(' ', '-')}.jpg"), **words)


def drawn(colours: tuple[str, str, str], size: tuple[int, int]) -> Image.Image:
    """Return a calm landscape of three colours: a sky, a sun and hills."""
    sky, sun, hills = colours
    wide, high = size
    image = Image.new("RGB", size, sky)
    pen = ImageDraw.Draw(image)
    pen.ellipse((wide * 0.55, high * 0.15, wide * 0.55 + high * 0.35, high * 0.5), fill=sun)
    pen.ellipse((-wide * 0.3, high * 0.55, wide * 0.8, high * 1.7), fill=hills)
    pen.ellipse((wide * 0.4, high * 0.65, wide * 1.5, high * 1.9), fill=hills)
    return image


def person(name: str, slug: str, title: str, employer: str, portrait: Picture | None = None, office: str = "", **more: str) -> Person:
    """Return a person, with an office in the association or none."""
    made = Person.objects.create(name=name, slug=slug, title=title, employer=employer, portrait=portrait, **more)
    if office:
        Role.objects.create(person=made, title=office, organisation="Föreningen Sveriges Socialtjänstchefer")
    return made


def publish(model: type[Any], home: Home, *, people: tuple[Person, ...] = (), related: tuple[Any, ...] = (), **fields: Any) -> Any:
    """Return a live post of `model` in its section."""
    many = {name: fields.pop(name, []) for name in ("topics", "regions", "abbreviations")}
    parent = fields.pop("parent", None) or section_for(model, home)
    page = model(live=False, **fields)
    for number, one in enumerate(people):
        page.bylines.add(Byline(person=one, sort_order=number))
    for number, other in enumerate(related):
        page.related.add(RelatedPost(other=other.post_ptr, sort_order=number))
    parent.add_child(instance=page)
    for name, values in many.items():
        getattr(page, name).set(values)
    page.save_revision().publish()
    return model.objects.get(pk=page.pk)


def printed(now: datetime, faces: str = "", scene: str = "") -> dict[str, Any]:
    """Fill an empty site; return the posts by kind, with "home" and "section". Days count from `now`."""
    day = now.date()
    home = Home.objects.get()
    Identity.objects.create(
        name="Sveriges Socialtjänstchefer",
        short_name="FSS",
        tagline="Vi leder välfärden, tillsammans",
        postal_address="Storgatan 1\n111 51 Stockholm",
        organisation_number="802400-0000",
        email="kansli@example.se",
    )
    lake = picture("Konferenssalen", ("#c9dbe0", "#f3d9a4", "#3f6b6e"), (1600, 1067), scene, description="En full konferenssal sedd bakifrån", caption="Över fyrahundra deltagare samlades i Malmö.", photographer="Lina Åberg")
    wood = picture("Skogen", ("#e9dfcd", "#c96f4a", "#27474a"), (1600, 1067), description="En tecknad skogsbacke i kvällsljus", caption="Omslaget till årets rapport.", photographer="Per Öst")
    face = picture("Karin", ("#d8cfc2", "#8a5a44", "#37525a"), (600, 600), faces, description="Porträtt av Karin Ek", photographer="Lina Åberg")
    karin = person("Karin Ek", "karin-ek", "Socialdirektör", "Umeå kommun", face, "Ordförande", competences="ledarskap, barn och unga")
    omar = person("Omar Lindqvist", "omar-lindqvist", "Utvecklingschef", "Region Skåne", competences="nära vård, digitalisering", email="omar@example.se")
    topics = [Topic.objects.create(name=name, slug=slug) for name, slug in (("Ledarskap", "ledarskap"), ("Barn och unga", "barn-och-unga"))]
    north = Region.objects.create(name="Norrland", slug="norrland")
    words = [Abbreviation.objects.create(short="FSS", meaning="Föreningen Sveriges Socialtjänstchefer"), Abbreviation.objects.create(short="IFO", meaning="individ- och familjeomsorg")]
    common = {"topics": topics, "regions": [north], "abbreviations": words}
    body = [
        ("text", LONG),
        ("heading", {"text": "Det vi gör när ingen ser på", "level": "h2"}),
        ("text", "<p>Tre saker skiljer de arbetsplatser som klarar av förändring:</p><ul><li>cheferna finns på plats,</li><li>besluten fattas nära dem de gäller,</li><li>ingen skäms för att be om hjälp.</li></ul>"),
        ("quotation", {"text": "Det är inte modet som saknas, det är någon att vara modig tillsammans med.", "source": "Enhetschef i Västerbotten"}),
        ("picture", {"image": wood, "alt": "", "caption": "", "photographer": ""}),
        ("fact_box", {"title": "Om rapporten", "text": "<p>Rapporten bygger på samtal med 214 chefer i 61 kommuner.</p><p>Den kan laddas ned utan kostnad.</p>"}),
        ("heading", {"text": "Vad händer nu?", "level": "h3"}),
        ("links", {"title": "Läs vidare", "links": [{"text": "Hela rapporten", "page": None, "address": "https://www.example.se/rapport"}, {"text": "Så arbetar nätverken", "page": None, "address": "https://www.example.se/natverk"}]}),
        ("person", {"person": omar, "text": "Svarar på frågor om rapporten."}),
        ("key_dates", {"title": "Viktiga datum", "dates": [{"label": "Årsmöte", "precision": "day", "day": day + timedelta(days=40), "last_day": None, "at": None, "text": ""}, {"label": "Ny omgång", "precision": "text", "day": None, "last_day": None, "at": None, "text": "mars–april"}]}),
        ("button", {"text": "Ladda ned rapporten", "page": None, "address": "https://www.example.se/rapport.pdf"}),
        ("html", "<p>Ett stycke ur en äldre sida.</p>"),
    ]
    posts: dict[str, Any] = {}
    posts["article"] = publish(Article, home, title="Färre chefer, fler medarbetare: så ser spannet ut i kommunerna", summary="En ny kartläggning visar att en enhetschef i äldreomsorgen i snitt leder 52 medarbetare. Nu vill föreningen se ett tak.", lead_image=wood, body=body, date=now - timedelta(days=3), people=(karin, omar), postscript="<p>Rapporten presenteras i sin helhet på årsmötet.</p>", **common)
    posts["clipping"] = publish(Clipping, home, title="”Cheferna bär ett för tungt ansvar”", summary="Föreningens ordförande intervjuas om det växande ansvaret i socialtjänsten.", paper="Västerbottensposten", printed=day - timedelta(days=9), quotation="Vi kan inte fortsätta lägga nya uppdrag på chefer som redan springer. Något måste bort innan något nytt kommer till", quotation_source="Karin Ek, ordförande", link="https://www.example.se/artikel", body=[("text", "<p>Intervjun gjordes inför regeringens besked om den nya socialtjänstlagen.</p>")], date=now - timedelta(days=8), **common)
    posts["film"] = publish(Film, home, title="Tre minuter om tillit", summary="Medarbetare i Skellefteå berättar om vad som hände när de fick bestämma mer själva.", lead_image=lake, production="Föreningens kansli", films=[("film", {"url": "https://vimeo.com/76979871", "title": "Tre minuter om tillit", "length": "3:12", "people": ["Karin Ek", "Omar Lindqvist"], "credits": "Foto och klipp: Lina Åberg\nMusik: Per Öst", "transcript": "Karin: Vi började med att fråga vad som stod i vägen.\n\nOmar: Det mesta var sådant som vi själva hade hittat på."})], date=now - timedelta(days=12), **common)
    posts["event"] = publish(Event, home, title="Socialchefsdagarna i Malmö: mötet som året kretsar kring", summary="Tre dagar om ledarskap, forskning och det som bär när det blåser. Föreningen finns på plats hela tiden.", lead_image=lake, first_day=day + timedelta(days=100), last_day=day + timedelta(days=102), pre_day=day + timedelta(days=99), pre_day_name="Fördag för nya chefer", place="Malmö Live", theme="Att leda när kartan ritas om", member_discount="Medlemmar betalar 3 900 kronor i stället för 5 400.", registration_url="https://www.example.se/anmalan", registration_closes=day + timedelta(days=70), programme=[("session", {"day": day + timedelta(days=100), "time": "09.30–10.15", "title": "Inledning: vad vet vi om framtiden?", "who": "Karin Ek"}), ("session", {"day": day + timedelta(days=100), "time": "10.45–12.00", "title": "Samtal om den nya socialtjänstlagen", "who": "Omar Lindqvist och gäster"}), ("session", {"day": day + timedelta(days=101), "time": "09.00–10.30", "title": "Forskningspass: spannet av kontroll", "who": "Lunds universitet"})], on_site=[("person", {"person": karin, "days": "alla tre dagarna", "preliminary": False, "contact": "karin@example.se"}), ("person", {"person": omar, "days": "onsdag och torsdag", "preliminary": True, "contact": ""})], documentation=[("link", {"text": "Förra årets presentationer", "page": None, "address": "https://www.example.se/dokumentation"})], body=[("text", LONG)], date=now - timedelta(days=6), **common)
    posts["award"] = publish(Award, home, title="De är nominerade till Årets socialtjänstpris", summary="Juryn har läst 110 bidrag och valt ut de projekt som tävlar om priset. Nu är det medlemmarnas tur att rösta.", award_name="Årets socialtjänstpris", edition="2026", submitted=110, nominated=44, category_count=6, voting_opens=day - timedelta(days=10), voting_closes=day + timedelta(days=11), vote_url="https://www.example.se/rosta", nominees=[("nominee", {"project": "Ett första samtal inom tre dagar", "organisations": ["Umeå kommun", "Region Västerbotten"], "categories": ["Samverkan", "Årets projekt"], "wins": ["Samverkan"]}), ("nominee", {"project": "Nattvandrarna på nätet", "organisations": ["Malmö stad"], "categories": ["Barn och unga", "Årets projekt"], "wins": []}), ("nominee", {"project": "Hemma igen", "organisations": ["Borås stad", "Stadsmissionen"], "categories": ["Samverkan"], "wins": []})], body=[("text", LONG)], date=now - timedelta(days=2), **common)
    posts["call"] = publish(Call, home, title="Skicka in ditt abstract till forskningsdagarna", summary="Nu är inbjudan öppen för dig som vill presentera ett utvecklingsarbete eller en studie för landets socialchefer.", wanted="Abstract om högst 300 ord", organiser="FORSA och föreningen", deadline=day + timedelta(days=12), decision=day + timedelta(days=60), event_first=day + timedelta(days=196), event_last=day + timedelta(days=198), event_place="Malmö", link="https://www.example.se/abstract", body=[("text", LONG)], date=now - timedelta(days=1), **common)
    posts["closed call"] = publish(Call, home, title="Nominera till styrelsen", summary="Valberedningen tar emot förslag på nya ledamöter.", wanted="Nomineringar", deadline=day - timedelta(days=4), date=now - timedelta(days=30), body=[("text", LONG)], **common)
    posts["column"] = publish(Column, home, title="Vi behöver varandra mer än någonsin", summary="Hösten har prövat oss. Men den har också visat vad som händer när chefer slutar vara ensamma.", sign_off="Varma hälsningar", people=(karin,), body=[("text", LONG), ("quotation", {"text": "Den som leder ensam leder kort.", "source": ""}), ("text", LONG)], postscript="<p>Vi ses väl i Malmö? Anmälan har öppnat.</p>", afterword=[("text", "<p>Karin Ek är ordförande sedan 2022 och skriver här varannan månad.</p>")], related=(posts["article"], posts["event"], posts["call"]), date=now, **common)
    posts["members"] = publish(Article, home, title="Stödmaterial inför lönesamtalen", summary="Frågor, underlag och räkneexempel för dig som ska föra samtal i vår.", members_only=True, body=[("text", "<p>Hemligheten för medlemmar.</p>")], date=now - timedelta(days=20), **common)
    posts["page"] = publish(PlainPage, home, parent=home, title="Om föreningen", summary="Föreningen samlar chefer i socialtjänsten i hela landet.", show_in_menus=True, body=[("text", LONG)])
    posts["home"] = home
    posts["section"] = SectionIndex.objects.get(slug="nyheter")
    return posts
