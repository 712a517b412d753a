"""A small mail server and a small web server on the loopback, with a certificate of their own authority."""

from __future__ import annotations

import http.server
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = 'p w"d\\1'


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost and its key; returns both places."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private


class MailServer:
    """Answers the few commands that fetching a mailbox needs. folders: name as on the wire -> number -> message."""

    def __init__(self, folders: dict[str, dict[int, bytes]], context: ssl.SSLContext) -> None:
        self.folders = folders
        self.asked: list[str] = []
        self.break_after: int | None = None
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        try:
            with self._context.wrap_socket(raw, server_side=True) as line:
                stream = line.makefile("rb")
                line.sendall(b"* OK ready\r\n")
                here: dict[int, bytes] = {}
                while command := stream.readline():
                    tag, _, rest = command.strip().decode().partition(" ")
                    self.asked.append(rest)
                    answer, here = self._answer(rest, here)
                    if answer is None:
                        return
                    line.sendall(
                        answer + f"{tag} OK done\r\n".encode() if answer != b"NO" else f"{tag} NO\r\n".encode()
                    )
                    if rest.upper().startswith("LOGOUT"):
                        return
        except (OSError, ssl.SSLError):
            return

    def _answer(self, rest: str, here: dict[int, bytes]) -> tuple[bytes | None, dict[int, bytes]]:
        word = rest.split(maxsplit=1)[0].upper()
        if word == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n", here
        if word == "LOGIN":
            return (b"" if '"p w\\"d\\\\1"' in rest else b"NO"), here
        if word == "LIST":
            lines = [f'* LIST (\\HasNoChildren) "/" "{name}"\r\n' for name in self.folders]
            return ('* LIST (\\Noselect) "/" "Top"\r\n' + "".join(lines)).encode(), here
        if word in ("EXAMINE", "SELECT"):
            here = self.folders[re.findall(r'"([^"]*)"', rest)[0]]
            return f"* {len(here)} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n".encode(), here
        if "SEARCH" in rest.upper():
            return f"* SEARCH {' '.join(map(str, here))}\r\n".encode(), here
        if "RFC822.SIZE" in rest:
            numbers = [int(each) for each in rest.split()[2].split(",")]
            return "".join(f"* 1 FETCH (UID {n} RFC822.SIZE {len(here[n])})\r\n" for n in numbers).encode(), here
        if "BODY" in rest:
            if self.break_after is not None:
                self.break_after -= 1
                if self.break_after < 0:
                    return None, here
            number = int(rest.split()[2])
            data = here[number]
            return f"* 1 FETCH (UID {number} BODY[] {{{len(data)}}}\r\n".encode() + data + b")\r\n", here
        return b"", here


@contextmanager
def mail_server(folder: Path, folders: dict[str, dict[int, bytes]]) -> Iterator[tuple[MailServer, Path]]:
    """Serve a mailbox; gives the server and the certificate of its authority."""
    cert, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = MailServer(folders, context)
    try:
        yield server, cert
    finally:
        server.close()


@contextmanager
def web_server(pages: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[int]:
    """Serve pages by path: status, headers, body; gives the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = pages.get(self.path, (404, {}, b"none"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
