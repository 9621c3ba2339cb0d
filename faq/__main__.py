"""`python -m faq`."""

import io
import sys

from faq.cli import main

if isinstance(sys.stdout, io.TextIOWrapper):  # scripts read UTF-8, whatever the terminal speaks
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
sys.exit(main(sys.argv[1:]))
