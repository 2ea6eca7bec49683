"""Training: footage, generated windows with known labels, and the loops."""
