"""Engines: what computes and knows no table and no page: rules (`policy`), the monthly search (`sensing`), who takes which work (`scheduling`)."""
