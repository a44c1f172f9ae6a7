"""An SMTP server that answers as a test scripts it (RFC 5321), on a port of 127.0.0.1."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Script:
    """``answers``: a command's name → what to answer instead, in order. ``letters``: the messages taken, as bytes."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("8BITMIME",)
    letters: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, command: str, usual: str) -> str:
        scripted = self.answers.get(command, [])
        return scripted.pop(0) if scripted else usual


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    script: Script


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say(self.server.script.answer("connect", "220 scripted"))
        while line := self.rfile.readline():
            words = line.decode().split(None, 1)
            self.server.script.commands.append(line.decode().strip())
            if not self._obey(words[0].upper() if words else ""):
                return

    def _obey(self, command: str) -> bool:
        script = self.server.script
        if command == "EHLO":
            lines = ["scripted", *script.extensions]
            self._say("\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines))
        elif command == "DATA":
            self._say("354 go on")
            letter = self._body()
            said = script.answer("DATA", "250 taken")
            if said.startswith("250"):
                script.letters.append(letter)
            self._say(said)
        elif command == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say(script.answer(command, "250 fine"))
        return True

    def _body(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def listening(script: Script, port: int = 0) -> Iterator[Script]:
    """Serve the script until the block ends; ``script.port`` says where."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.script = script
        script.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
