"""This machine and no other is reached: the course needs no network.

`make test` runs all notebooks so. A cell that reaches for a network fails, with or without a cable in the wall.
"""

import socket

_connect, _resolve = socket.socket.connect, socket.getaddrinfo
HERE = {"127.0.0.1", "::1", "localhost", "0.0.0.0", None, ""}


def connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in HERE:
        raise OSError(f"The tests run without a network, and something asked for {address[0]}.")
    return _connect(self, address)


def getaddrinfo(host, *args, **kwargs):
    if host not in HERE:
        raise socket.gaierror(f"The tests run without a network, and something asked for {host}.")
    return _resolve(host, *args, **kwargs)


socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
