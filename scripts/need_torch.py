"""Imported before PyTorch: where it is missing, one line says what to do instead of a stack trace."""

import sys
from pathlib import Path

try:
    import numpy  # noqa: F401
    import torch  # noqa: F401
    import torchvision  # noqa: F401
except ImportError as e:
    print(f"{Path(sys.argv[0]).name}: {e}; on Debian apt-get install python3-torch python3-torchvision, and run this "
          f"with /usr/bin/python3", file=sys.stderr)
    sys.exit(2)
