"""Starts MONAI Label's server with the app in this folder.

Run as a script, so that Python finds `pydicom_seg.py` here.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from monailabel.config import settings
from monailabel.interfaces.utils.app import app_instance
from monailabel.main import Main

from custom.errors import explain_bad_input

LOOPBACK = "127.0.0.1"


class LocalServer(Main):
    """MONAI Label's own command, which listens to this machine alone unless told otherwise."""

    def args_start_server(self, parser: ArgumentParser) -> None:
        """Take loopback as the default host."""
        super().args_start_server(parser)
        parser.set_defaults(host=LOOPBACK)

    def start_server_validate_args(self, args: Namespace) -> None:
        """Refuse studies that are no folder; MONAI Label would make an empty one, or ask the network."""
        if not (args.studies and Path(args.studies).is_dir()):
            sys.exit(f"error: STUDIES is a folder with studies, got {args.studies!r}; is the path right?")
        super().start_server_validate_args(args)

    def start_server_init_settings(self, args: Namespace) -> None:
        """Let no other web page use the server where nothing else is set, and make the app that the server will use.

        Raises:
            BadInput: the settings of the app break a rule; once the server runs, it would end in a traceback.
        """
        super().start_server_init_settings(args)
        settings.MONAI_LABEL_CORS_ORIGINS = settings.MONAI_LABEL_CORS_ORIGINS or [f"http://{args.host}:{args.port}"]
        app_instance()


if __name__ == "__main__":
    explain_bad_input()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the folder goes however the server is stopped
    with tempfile.TemporaryDirectory() as tempfile.tempdir:  # MONAI Label keeps what was sent and refused
        LocalServer().run()
