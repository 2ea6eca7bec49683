"""Measuring: how well the shipped networks do beside what others ship."""
