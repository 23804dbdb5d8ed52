"""A made-up district, for trying gridplan out and for its tests."""
