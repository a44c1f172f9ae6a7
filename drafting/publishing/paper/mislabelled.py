"""Faces that Debian's fonts-noto-core 20201225 mislabels: bold ones that give their weight as regular.

Asked for a regular weight, fontconfig hands out either of them. templates/print/faces.conf asks by style as well, which
changes nothing where the weights are right. It has to be known before WeasyPrint reads the configuration.
"""

import os
from typing import Final

from drafting.paths import TEMPLATES

VARIABLE: Final = "FONTCONFIG_FILE"
OURS: Final = TEMPLATES / "print" / "faces.conf"


def ask_by_style() -> None:
    """For this process and those it starts, unless somebody has chosen another configuration."""
    os.environ.setdefault(VARIABLE, str(OURS))
