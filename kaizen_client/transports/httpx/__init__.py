"""The httpx backend. Apart from this folder and the generated client, httpx and httpcore are named nowhere."""
