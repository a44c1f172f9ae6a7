"""Makes the published files. Which faces there are is read when WeasyPrint is imported; hence this is said here."""

from drafting.publishing.paper.mislabelled import ask_by_style

ask_by_style()
