"""Warnings about settings that let others read or change what is sent."""

from __future__ import annotations

import sys
import warnings

from kaizen_client.exceptions import KaizenSecurityWarning


def warn(text: str) -> None:
    """Warn, at the line of the application that made the client."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "kaizen_client":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, KaizenSecurityWarning, stacklevel=level)
