"""The world: one vendor per module, each behind a port.

Nothing leaves the machine unasked: the vendors that report home read these variables
when they are first imported, so they are set before any adapter is.
"""

from __future__ import annotations

import os

for _name in ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
    os.environ.setdefault(_name, "1")
