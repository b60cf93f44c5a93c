"""The house's rules, as tests: sizes, names, settings, and what no committed file may say."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.ROOT)
ROOMS = ("cms", "newsletter", "social", "deploy")
LONGEST_FILE, LONGEST_FUNCTION, MOST_BRANCHES = 350, 50, 8
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "tools", "lib"}

# Others' scripts and guides rely on these names; a new one is added here, in env.example and in settings.py.
# fmt: off
VARIABLES = [
    "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "SITE_URL", "FIELD_KEYS", "LINK_KEYS", "SUPPRESSION_KEY", "FRONTEND_URL",
    "DATABASE_URL", "BROKER_URL", "CACHE_URL", "MEDIA_URL_BASE", "STORAGE_URL", "MAIL_RELAYS", "MAIL_FROM",
    "MAIL_LIST_DOMAIN", "MAIL_BOUNCE_DOMAIN", "MAIL_DKIM_KEY", "MAIL_DKIM_SELECTOR", "MAIL_EVENTS_SECRET", "BOUNCE_MAILBOX",
    "LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET", "LINKEDIN_API_URL", "LINKEDIN_OAUTH_URL", "LINKEDIN_UPLOAD_HOSTS",
    "LINKEDIN_VERSION", "ANNOUNCE_DELAY_SECONDS", "RECONCILE_WAIT_SECONDS", "API_V3", "FETCH_ALLOW_NETWORKS",
    "LEASE_SECONDS", "JOURNAL_DIR", "OPERATOR_MAIL", "LOG_FORMAT", "LOG_LEVEL", "METRICS_TOKEN", "SENTRY_DSN",
    "CDN_PURGE_URL", "CDN_PURGE_TOKEN", "TRUSTED_PROXIES", "API_ORIGINS", "SOCIAL_MASTODON_URL", "SOCIAL_MASTODON_TOKEN",
]
# fmt: on


def committed() -> list[Path]:
    """Every file that git knows or would take in."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def sources() -> list[Path]:
    """Every Python file that a person has written."""
    return [path for path in committed() if path.suffix == ".py" and "migrations" not in path.parts]


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def at(path: Path, line: int = 0) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_files_are_short():
    long = {at(path): length for path in sources() if (length := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_functions_are_short():
    sizes = [(at(path, node.lineno), (node.end_lineno or node.lineno) - node.lineno + 1) for path, node in functions()]
    assert [entry for entry in sizes if entry[1] > LONGEST_FUNCTION] == []


def test_the_usual_function_is_about_seven_lines():
    own = [(node.end_lineno or 0) - node.lineno + 1 for path, node in functions() if path.relative_to(ROOT).parts[0] in ROOMS]
    assert sorted(own)[len(own) // 2] <= 9


def test_no_module_is_a_drawer():
    assert [at(path) for path in sources() if path.stem.lower() in DRAWERS] == []


def test_env_example_lists_the_variables():
    text = (ROOT / "deploy" / "env.example").read_text()
    listed = re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)
    assert sorted(listed) == sorted(VARIABLES)


def test_settings_read_the_variables_and_nothing_else():
    tree = ast.parse((ROOT / "deploy" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    readers = re.compile(r"(env\.\w+|secrets?|lines)$")
    read = {
        call.args[0].value for call in calls if readers.match(ast.unparse(call.func)) and isinstance(call.args[0], ast.Constant)
    }
    assert sorted(read) == sorted(VARIABLES)


def test_only_settings_read_the_environment():
    exempt = {"manage.py", "deploy/wsgi.py", "deploy/settings.py"}
    strangers = [
        at(path)
        for path in sources()
        if path.relative_to(ROOT).parts[0] in ROOMS
        and "demo" not in path.parts
        and str(path.relative_to(ROOT)) not in exempt
        and re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    ]
    assert strangers == []


# Written in pieces, so that this file doesn't hold what it forbids.
REGISTRIES = [host + "\\.org" for host in ("py" + "pi", "python" + "hosted", "npm" + "js", "deb" + "ian")]
FOLDERS = r"(?<![\w.])/(?:work|root|farm|t" + r"mp)/[\w.-]+"
FORBIDDEN = re.compile("|".join([FOLDERS, *REGISTRIES]))


def test_no_committed_file_names_a_machine_or_a_registry():
    found = []
    for path in committed():
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{at(path, number)} {line[:80]}" for number, line in enumerate(lines, 1) if FORBIDDEN.search(line)]
    assert found == []
