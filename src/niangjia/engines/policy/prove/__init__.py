"""Proofs about packs, for every input: what is being built here."""
