"""Engines: what computes and knows no table and no page: rules (`policy`) and the monthly search (`sensing`)."""
