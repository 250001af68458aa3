"""A receiver over TLS by Python's own library, until its input ends.

Arguments: a PEM file with key and certificate, and the name to listen at. Prints its port, then for each webhook its path, its Host, and the name that the
certificate was asked for.
"""

import http.server
import socket
import ssl
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        print(self.path, self.headers["Host"].split(":")[0], names[-1], flush=True)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that hung up, which is what the tests see to."""


names = []
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
context.sni_callback = lambda _, name, __: names.append(name)
# Where the name leads to first, address and family, is the machine's affair.
family, _, _, _, address = socket.getaddrinfo(sys.argv[2], 0, type=socket.SOCK_STREAM)[0]
Server.address_family = family
server = Server(address[:2], Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
