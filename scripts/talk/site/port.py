"""Whether a server's port is free, asked before the seconds that its first build takes."""

import os
import socket
import sys
from pathlib import Path

from talk.errors import TalkError


def refuse_taken(host: str, port: int) -> None:
    """Raise TalkError where another program serves there, or nobody may."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        mkdocs = Path(sys.executable).with_name("mkdocs")
        mend = f"stop what serves there, or take another: `{mkdocs} serve -a {host}:{port + 1}`"
        raise TalkError(f"{host}:{port}", f"cannot be served at: {reason}", mend) from None
