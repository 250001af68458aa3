"""A server as APNs is one, by hyper-h2 over Python's TLS: takes pushes and prints each as a line of JSON.

apns_peer.py SERVER.pem CLIENTS.pem: the first line tells the port. Ends with its standard input.
"""

import json
import os
import socket
import ssl
import sys
import threading

import h2.config
import h2.connection
import h2.events

UID = "0.9.2342.19200300.100.1.1"
printing = threading.Lock()


def say(value):
    with printing:
        print(json.dumps(value), flush=True)


def serve(plain, tls, number):
    try:
        connected = tls.wrap_socket(plain, server_side=True)
    except (ssl.SSLError, OSError):
        return
    with connected:
        subject = {name: value for part in connected.getpeercert()["subject"] for name, value in part}
        http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        http.initiate_connection()
        connected.sendall(http.data_to_send())
        requests = {}
        while data := connected.recv(65536):
            for event in http.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    requests[event.stream_id] = (dict(event.headers), bytearray())
                elif isinstance(event, h2.events.DataReceived):
                    requests[event.stream_id][1].extend(event.data)
                    http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    headers, body = requests.pop(event.stream_id)
                    say({
                        "connection": number, "certificate": subject.get("userId") or subject.get(UID),
                        "headers": headers, "body": body.decode(),
                    })
                    answer(http, event.stream_id, headers)
                elif isinstance(event, h2.events.ConnectionTerminated):
                    return
            connected.sendall(http.data_to_send())
            if http.state_machine.state == h2.connection.ConnectionState.CLOSED:
                return


def answer(http, stream, headers):
    token = headers[":path"].rpartition("/")[2]
    if set(token) == {"f"}:
        body = b'{"reason":"Unregistered","timestamp":1795197902123}'
        http.send_headers(stream, [(":status", "410"), ("apns-id", headers["apns-id"])])
        http.send_data(stream, body, end_stream=True)
        return
    http.send_headers(stream, [(":status", "200"), ("apns-id", headers["apns-id"])], end_stream=True)
    if set(token) == {"e"}:
        http.close_connection(last_stream_id=stream)


def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[1])
    tls.load_verify_locations(sys.argv[2])
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))
    say({"port": listener.getsockname()[1]})

    def accept():
        number = 0
        while True:
            plain, _ = listener.accept()
            number += 1
            threading.Thread(target=serve, args=(plain, tls, number), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
