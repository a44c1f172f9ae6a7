"""Print: faces, line breaks, tagged PDF for archives, sheets and books of names. WeasyPrint is used here."""
