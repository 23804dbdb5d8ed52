"""Compiled loops of the roster."""
