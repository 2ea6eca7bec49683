"""``python -m otio_autoedit.cli``."""

import sys

from otio_autoedit.cli import main

sys.exit(main())
