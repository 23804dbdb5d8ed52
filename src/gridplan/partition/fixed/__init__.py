"""The general engine: an exact number of parts, within a hard band."""
