# Made from kaizen_client/transports/httpx/__init__.py by `make generate`. Do not edit.
"""The httpx2 backend. Apart from this folder and the generated client, httpx2 and httpcore2 are named nowhere."""
