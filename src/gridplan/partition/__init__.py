"""Graph -> labels with a certificate; arrays only."""
