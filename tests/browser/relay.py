"""A page of somebody else that hands everything on to the program, and back: as one does that is after sessions."""

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@contextlib.contextmanager
def relay_to(base):
    """Gives the port on which the program at `base` is relayed. The program is told that it is asked by its own pages."""
    target = urlsplit(base)

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def hand_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            own = self.headers["Host"]
            headers = {name: value.replace(own, target.netloc) for name, value in self.headers.items()}
            headers["Accept-Encoding"] = "identity"
            connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value.replace(target.netloc, own))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = hand_on

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
