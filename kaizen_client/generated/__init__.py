# Made by `make generate` from openapi.yaml. Do not edit.
"""A client library for accessing Kaizen"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
