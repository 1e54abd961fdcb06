"""Adapters: one file per outside system. They know its formats; they know no tables, and only jobs call them."""
