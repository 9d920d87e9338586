"""The service layer: everything that a dialog or a sub-command does is a function here. It knows no user interface."""
