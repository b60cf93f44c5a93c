"""Builds WordPress exports for tests."""

from pathlib import Path
from xml.sax.saxutils import escape

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
    """One item; keywords: title, slug, kind, status, gmt, local, categories, tags, meta, parent, password, sticky, url, excerpt."""
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
    return (
        f"<item><title>{escape(given.get('title', f'Inlägg {number}'))}</title><link>{given.get('link', f'{BASE}/{slug}/')}</link>"
        f"<dc:creator>redaktionen</dc:creator><content:encoded>{cdata(body)}</content:encoded>"
        f"<excerpt:encoded>{cdata(given.get('excerpt', ''))}</excerpt:encoded><wp:post_id>{number}</wp:post_id>"
        f"<wp:post_date>{given.get('local', '2023-05-02 10:00:00')}</wp:post_date>"
        f"<wp:post_date_gmt>{given.get('gmt', '2023-05-02 08:00:00')}</wp:post_date_gmt><wp:post_name>{cdata(slug)}</wp:post_name>"
        f"<wp:status>{given.get('status', 'publish')}</wp:status><wp:post_parent>{given.get('parent', 0)}</wp:post_parent>"
        f"<wp:post_type>{given.get('kind', 'post')}</wp:post_type><wp:post_password>{given.get('password', '')}</wp:post_password>"
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
