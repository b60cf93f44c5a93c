"""The in-memory twin of a network: what was published stands in `Memory.posts`; for tests and rehearsals."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from social.channels import Capabilities, ChannelError, Draft, Figures, Receipt, Refused

LIMIT = 500


@dataclass(slots=True)
class MemoryPost:
    """A post as the twin keeps it."""

    remote_id: str
    wire: str
    created_at: datetime

    @property
    def text(self) -> str:
        """The text that a reader sees."""
        return str(json.loads(self.wire)["text"])


@dataclass(slots=True)
class Script:
    """What goes wrong next: `errors` are raised by `publish`, in order; `acted`: after the post was made."""

    errors: list[ChannelError] = field(default_factory=list)
    acted: bool = False


class Memory:
    """A channel without a network."""

    label = "Memory"
    capabilities = Capabilities(limit=LIMIT, fold=210, figures=("impressions", "reactions"), guard=timedelta(minutes=9))
    posts: ClassVar[list[MemoryPost]] = []
    pictures: ClassVar[list[bytes]] = []
    script: ClassVar[Script] = Script()
    counted: ClassVar[dict[str, Figures]] = {}

    def __init__(self, alias: str) -> None:
        self.alias = alias

    @classmethod
    def reset(cls) -> None:
        """Forget all posts, pictures and scripted errors."""
        cls.posts.clear()
        cls.pictures.clear()
        cls.counted.clear()
        cls.script = Script()

    def connected(self) -> bool:
        """Say yes: there is nothing to connect."""
        return True

    def can_send_pictures(self) -> bool:
        """Say yes."""
        return True

    def length(self, text: str) -> int:
        """Return the number of characters."""
        return len(text)

    def validate(self, draft: Draft) -> None:
        """Raise Refused for an empty or too long text."""
        if not draft.text.strip() or self.length(draft.text) > LIMIT:
            raise Refused("The text is empty or too long.", status=422)

    def prepare(self, picture: bytes, alt: str) -> str:
        """Keep the picture."""
        if not picture.startswith(b"\xff\xd8"):
            raise Refused("Not a JPEG.", status=400)
        self.pictures.append(picture)
        return f"picture:{len(self.pictures)}"

    def prepared(self, reference: str) -> bool:
        """Say yes."""
        return True

    def wire(self, draft: Draft) -> str:
        """Return text and card as JSON."""
        return json.dumps({"text": draft.text, "title": draft.title, "link": draft.link, "picture": draft.picture})

    def publish(self, wire: str) -> Receipt:
        """Keep the post, or do what the script says."""
        error = self.script.errors.pop(0) if self.script.errors else None
        if error is not None and not self.script.acted:
            raise error
        made = MemoryPost(f"memory:{len(self.posts) + 1}", wire, datetime.now(UTC))
        self.posts.append(made)
        if error is not None:
            raise error
        return Receipt(made.remote_id, self.address(made.remote_id))

    def find(self, wire: str, since: datetime, known: frozenset[str]) -> Receipt | None:
        """Look among the kept posts."""
        for post in self.posts:
            if post.remote_id not in known and post.wire == wire and post.created_at >= since - timedelta(seconds=60):
                return Receipt(post.remote_id, self.address(post.remote_id))
        return None

    def verify(self, remote_id: str, wire: str) -> Receipt | None:
        """Look at one post."""
        found = [post for post in self.posts if post.remote_id == remote_id and post.wire == wire]
        return Receipt(remote_id, self.address(remote_id)) if found else None

    def update(self, remote_id: str, text: str) -> None:
        """Change the text; raises Refused where the post is gone."""
        for post in self.posts:
            if post.remote_id == remote_id:
                post.wire = json.dumps(json.loads(post.wire) | {"text": text})
                return
        raise Refused("There is no such post.", status=404)

    def delete(self, remote_id: str) -> None:
        """Take the post away."""
        self.posts[:] = [post for post in self.posts if post.remote_id != remote_id]

    def figures(self, remote_ids: list[str]) -> dict[str, Figures]:
        """Return what a test put into `counted`."""
        return {remote_id: self.counted[remote_id] for remote_id in remote_ids if remote_id in self.counted}

    def address(self, remote_id: str) -> str:
        """Return a made-up address."""
        return f"https://memory.example/{remote_id}"

    def read_address(self, url: str) -> Receipt:
        """Read a made-up address."""
        if not url.startswith("https://memory.example/"):
            raise Refused("Not an address of this network.")
        return Receipt(url.removeprefix("https://memory.example/"), url)
