"""The parts of the screen. Each knows the types of the service layer, and never another widget."""
