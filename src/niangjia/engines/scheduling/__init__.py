"""Scheduling: who takes which piece of work, so that nobody drowns while others wait."""

from niangjia.engines.scheduling.balance import balance

__all__ = ["balance"]
