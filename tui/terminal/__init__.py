"""The terminal itself: what it can do, asked before Textual is imported, and its clipboard."""
