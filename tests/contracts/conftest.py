"""The social room's channels, for its contract test."""

from tests.social.conftest import _server, linkedin, memory, server

__all__ = ["_server", "linkedin", "memory", "server"]
