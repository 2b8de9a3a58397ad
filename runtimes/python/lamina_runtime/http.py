"""HTTP/1.1 over one kept-alive socket, the little that the Runtime API needs.

http.client costs 20 ms of every cold start (it pulls in email, ssl and datetime), `_socket` below `socket` less than one.
"""

import _socket

_CHUNK = 65536
# A small request leaves in one segment with its head; a large body is not copied to be joined to it.
_JOIN_BELOW = 16384


class Disconnected(Exception):
    """The Runtime API is gone; a runtime without it has nothing left to do."""


class Connection:
    __slots__ = ("_host", "_port", "_socket", "_pending")

    def __init__(self, authority):
        host, _, port = authority.rpartition(":")
        if host:
            self._host, self._port = host.strip("[]"), int(port)
        else:
            self._host, self._port = authority, 80
        self._socket = None
        self._pending = b""

    def request(self, method, path, body=None, headers=()):
        """Sends one request and returns (status, headers with lower-case names, body)."""
        head = ["%s %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: lamina-python\r\n" % (method, path, self._host, self._port)]
        for name, value in headers:
            head.append("%s: %s\r\n" % (name, value))
        if body is not None:
            head.append("Content-Length: %d\r\n" % len(body))
        head.append("\r\n")
        self._open()
        try:
            self._send("".join(head).encode("latin-1"), body)
            return self._read_response()
        except OSError as error:
            raise Disconnected("%s %s: %s" % (method, path, error)) from error

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._pending = b""

    def _open(self):
        if self._socket is not None and not self._closed_by_peer():
            return
        self.close()
        try:
            opened = _socket.socket(_socket.AF_INET6 if ":" in self._host else _socket.AF_INET, _socket.SOCK_STREAM)
            opened.connect((self._host, self._port))
            opened.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        except OSError as error:
            raise Disconnected("connect to %s:%d: %s" % (self._host, self._port, error)) from error
        self._socket = opened

    def _closed_by_peer(self):
        # A handler may run for minutes; a server may close a connection that idles meanwhile. Seen before anything is
        # sent, a new connection is safe. After that nobody knows whether the request was served, so it is not repeated.
        try:
            return not self._socket.recv(1, _socket.MSG_PEEK | _socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _send(self, head, body):
        try:
            if body is None or len(body) < _JOIN_BELOW:
                self._socket.sendall(head + (body or b""))
            else:
                self._socket.sendall(head)
                self._socket.sendall(body)
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a body (413) may answer and close before it has read it all: the answer decides.
            pass

    def _read_response(self):
        while True:
            head = self._read_until(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ", 2)[1])
            if status >= 200:
                break
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self._read_body(status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, body

    def _read_body(self, status, headers):
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return self._read_chunked()
        length = headers.get("content-length")
        if length is not None:
            return self._read_exactly(int(length))
        if status in (204, 304):
            return b""
        return self._read_to_end()

    def _read_chunked(self):
        parts = []
        while True:
            size = int(self._read_until(b"\r\n").split(b";")[0], 16)
            if size == 0:
                while self._read_until(b"\r\n"):
                    pass
                return b"".join(parts)
            parts.append(self._read_exactly(size))
            self._read_exactly(2)

    def _read_until(self, mark):
        data = self._pending
        searched = 0
        while True:
            found = data.find(mark, searched)
            if found >= 0:
                self._pending = data[found + len(mark):]
                return data[:found]
            searched = max(0, len(data) - len(mark) + 1)
            data += self._receive()

    def _read_exactly(self, size):
        pending = self._pending
        if len(pending) >= size:
            self._pending = pending[size:]
            return pending[:size]
        # Received in place: growing a bytes object piece by piece would copy a 6 MB event hundreds of times.
        body = bytearray(size)
        body[:len(pending)] = pending
        self._pending = b""
        view = memoryview(body)
        filled = len(pending)
        while filled < size:
            received = self._socket.recv_into(view[filled:])
            if not received:
                raise Disconnected("the connection ended %d bytes before the end of a body" % (size - filled))
            filled += received
        return bytes(body)

    def _read_to_end(self):
        parts = [self._pending]
        self._pending = b""
        while True:
            part = self._socket.recv(_CHUNK)
            if not part:
                self.close()
                return b"".join(parts)
            parts.append(part)

    def _receive(self):
        part = self._socket.recv(_CHUNK)
        if not part:
            raise Disconnected("the connection was closed by the Runtime API")
        return part
