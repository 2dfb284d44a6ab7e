"""A proxy that breaks a conversation off after so many bytes from the server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class CuttingProxy:
    """Listens at `port`; each conversation through it ends after `cut_after` bytes from the server."""

    def __init__(self, listening: socket.socket, to: int) -> None:
        self.port = int(listening.getsockname()[1])
        self.cut_after = 0
        self._listening, self._to = listening, to

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                asks = threading.Thread(target=self._pass_on, args=(client, server, None), daemon=True)
                asks.start()
                self._pass_on(server, client, self.cut_after)
                asks.join()
                client.close()
                server.close()

    def _pass_on(self, source: socket.socket, target: socket.socket, most: int | None) -> None:
        with suppress(OSError):
            while piece := source.recv(4096 if most is None else min(4096, most)):
                target.sendall(piece)
                most = None if most is None else most - len(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_proxy(to: int) -> Iterator[CuttingProxy]:
    """Run one in front of a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = CuttingProxy(listening, to)
        thread = threading.Thread(target=proxy.serve, daemon=True)
        thread.start()
        yield proxy
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)
