"""Niangjia (娘家): one system for what unions do for workers. See README.md."""

__version__ = "0.1.0"
