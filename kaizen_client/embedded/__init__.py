"""The Kaizen service in process: its eight routes, without a network, a key or a server.

An `Engine` takes what an HTTP request carries (method, path, headers, body) and gives back what the service's
reply would carry (status, headers, body). It does the real work with `kaizen_client.ktof`, checks requests as the
service is documented to, and speaks either of the two documented envelopes.

>>> from kaizen_client.embedded import Engine
>>> reply = Engine().handle("POST", "/v1/compress", {}, b'{"data": {"name": "Ada"}}')
>>> reply.status, reply.body[:58]
(200, b'{"operation":"compress","status":"ok","result":"name: Ada"')
"""

from kaizen_client.embedded._counting import TokenCount, TokenCounter
from kaizen_client.embedded._detect import Block
from kaizen_client.embedded._protect import protect, unprotected
from kaizen_client.embedded._rewriting import NewText, PromptText
from kaizen_client.embedded.engine import Engine, EngineReply

__all__ = [
    "Block",
    "Engine",
    "EngineReply",
    "NewText",
    "PromptText",
    "TokenCount",
    "TokenCounter",
    "protect",
    "unprotected",
]
