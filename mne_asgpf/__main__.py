"""``python -m mne_asgpf``: the command line if its script is not on the path."""

import sys

from .commands.main import main

sys.exit(main())
