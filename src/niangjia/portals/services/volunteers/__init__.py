"""Helping: needs, helpers, the matching desk, bids and projects, for whoever asks, helps, matches or only reads."""
