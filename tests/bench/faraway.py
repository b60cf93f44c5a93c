"""A mail server that is far away: everything it says arrives later by `delay` seconds. Run as a program of its own.

`python -m tests.bench.faraway PORT DELAY` prints the port on which the server at PORT seems to be far away.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

CHUNK = 262_144


async def _forth(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            loop.call_later(delay, writer.write, data)
    loop.call_later(delay, writer.close)


async def _main(port: int, delay: float) -> None:
    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
        # The greeting comes through the same delay.
        await asyncio.gather(_forth(reader, here), _back(there, writer, delay))

    server = await asyncio.start_server(client, "127.0.0.1", 0, limit=CHUNK, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


@contextlib.contextmanager
def far_away(port: int, delay: float) -> Iterator[int]:
    """Yield a port at which the server at `port` seems to be `delay` seconds of round trip away."""
    command = [sys.executable, "-m", "tests.bench.faraway", str(port), str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
