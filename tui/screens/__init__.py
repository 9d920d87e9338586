"""The browser, and the dialogs over it."""
