"""Measured tables: run by hand, print what they find."""
