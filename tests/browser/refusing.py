"""A mail server that puts off each mail, whoever it is to."""

import contextlib
import socketserver
import threading


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 localhost\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"QUIT":
                return self.wfile.write(b"221 bye\r\n")
            self.wfile.write(b"451 try again later\r\n" if word == b"RCPT" else b"250 ok\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextlib.contextmanager
def refusing_mail_server():
    """Serves on this machine; gives the port."""
    with Server(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
