"""A mail server that only counts: as fast as Python lets it be, in a process of its own.

One thread per connection over raw sockets; it offers PIPELINING and looks for the end of each message
and nothing else. Where Debian's `smtp-sink` is at hand it is used instead.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

END = b"\r\n.\r\n"
REPLIES = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"HELO": b"250 sink\r\n",
    b"DATA": b"354 go\r\n",
    b"QUIT": b"221 bye\r\n",
}


def _serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b"220 sink\r\n")
    buffer, in_body = bytearray(), False
    with suppress(OSError):
        while data := connection.recv(262_144):
            # The end may straddle two reads.
            start = max(0, len(buffer) - 4)
            buffer += data
            out = bytearray()
            while buffer:
                if in_body:
                    end = buffer.find(END, start)
                    if end < 0:
                        del buffer[:-4]
                        break
                    del buffer[: end + 5]
                    out += b"250 ok\r\n"
                    in_body, start = False, 0
                    continue
                end = buffer.find(b"\n")
                if end < 0:
                    break
                verb = bytes(buffer[:4]).upper()
                del buffer[: end + 1]
                out += REPLIES.get(verb, b"250 ok\r\n")
                in_body, start = verb == b"DATA", 0
            if out:
                connection.sendall(out)


def _main() -> None:
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(server.getsockname()[1], flush=True)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


@contextmanager
def sink():
    """Run a sink; yields (its name, its port)."""
    program = os.environ.get("SMTP_SINK") or shutil.which("smtp-sink")
    if program:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen([program, "-c", f"127.0.0.1:{port}", "64"], stdout=subprocess.DEVNULL)
        _wait_for(port)
        name = "smtp-sink"
    else:
        process = subprocess.Popen([sys.executable, "-m", "tests.bench.sink"], stdout=subprocess.PIPE, text=True)
        port, name = int(process.stdout.readline()), "own sink"
    try:
        yield name, port
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        _main()
