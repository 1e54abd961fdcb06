"""Bulletins on pages: drafted from the cockpit's figures, edited with the figures as references, reviewed, issued, taken away as PDF, Word and Excel."""
