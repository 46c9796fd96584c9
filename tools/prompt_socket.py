"""The socket between browser and kernel, without Nagle's delay.

A kernel answers a moved slider with several small messages. TCP by itself holds a small message back until the one
before it is acknowledged, and the other side may acknowledge as late as 40 ms: most of what a hand would feel.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Jupyter Server's own connection, on a socket that sends every message at once (TCP_NODELAY)."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()
