"""The rule language: scalar SQL text → a typed tree of our own → DuckDB SQL text or a Python function.

What each operation means is written in ``docs/reference/rule-language.md``; both back ends must do exactly that.
"""
