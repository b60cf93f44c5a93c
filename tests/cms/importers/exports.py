"""Builds WordPress exports for tests."""

from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "deploy" / "demo" / "data"
MAP = ROOT / "deploy" / "demo" / "wordpress-map.json"
NOW = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
LONG = "<p>" + "En mening som fyller ut. " * 10 + "</p>"

BASE = "https://gammal.example"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    f'xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>F</title><link>{BASE}</link><wp:wxr_version>1.2</wp:wxr_version>'
    f"<wp:base_site_url>{BASE}</wp:base_site_url><wp:base_blog_url>{BASE}</wp:base_blog_url>\n"
)
TAIL = "</channel></rss>\n"


def cdata(text):
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def item(number, body="<p>En text.</p>", **given):
    """One item.

    Keywords: title, slug, link, kind, status, gmt, local, categories, tags, meta, parent, password, sticky, url, excerpt and
    comments (how many).
    """
    slug = given.get("slug", f"inlagg-{number}")
    terms = "".join(
        f'<category domain="{domain}" nicename="{nicename}">{cdata(name)}</category>'
        for domain, key in (("category", "categories"), ("post_tag", "tags"))
        for nicename, name in given.get(key, [])
    )
    meta = "".join(
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{cdata(str(value))}</wp:meta_value></wp:postmeta>"
        for key, value in given.get("meta", {}).items()
    )
    comments = "<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>" * given.get("comments", 0)
    title, link = given.get("title", f"Inlägg {number}"), given.get("link", f"{BASE}/{slug}/")
    gmt, local = given.get("gmt", "2023-05-02 08:00:00"), given.get("local", "2023-05-02 10:00:00")
    return (
        f"<item><title>{escape(title)}</title><link>{link}</link>"
        f"<dc:creator>redaktionen</dc:creator><content:encoded>{cdata(body)}</content:encoded>"
        f"<excerpt:encoded>{cdata(given.get('excerpt', ''))}</excerpt:encoded><wp:post_id>{number}</wp:post_id>"
        f"<wp:post_date>{local}</wp:post_date><wp:post_date_gmt>{gmt}</wp:post_date_gmt><wp:post_name>{cdata(slug)}</wp:post_name>"
        f"<wp:status>{given.get('status', 'publish')}</wp:status><wp:post_parent>{given.get('parent', 0)}</wp:post_parent>"
        f"<wp:post_type>{given.get('kind', 'post')}</wp:post_type>"
        f"<wp:post_password>{given.get('password', '')}</wp:post_password>"
        f"<wp:is_sticky>{given.get('sticky', 0)}</wp:is_sticky>"
        f"<wp:attachment_url>{given.get('url', '')}</wp:attachment_url>{terms}{meta}{comments}</item>\n"
    )


def attachment(number, name, *, folder="2023/01", caption="", alt="", parent=0):
    return item(
        number, "", kind="attachment", status="inherit", slug=name, title=name, excerpt=caption, parent=parent,
        url=f"{BASE}/wp-content/uploads/{folder}/{name}", meta={"_wp_attachment_image_alt": alt},
    )  # fmt: skip


def write(folder: Path, *items: str) -> Path:
    path = folder / "export.xml"
    path.write_text(HEAD + "".join(items) + TAIL, encoding="utf-8")
    return path


def jpeg(path, size=(40, 30), colour="red"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def problems(report):
    return [problem.what for problem in report.problems]
