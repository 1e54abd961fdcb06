"""Bookings: anything with seats and a time — check-up buses, recuperation, courses, talks, rooms.

Always true here:
- a seat is given once: a slot and a quota count what they gave, the database refuses a count above their seats, and who comes last waits;
- a family comes together or not at all; nobody who could be seated waits behind a free seat that fits them and nobody before them wants;
- where demand exceeds seats a draw decides by a seed that was sealed before the first request and is shown after the last: anybody can draw again;
- who came is told by a check-in, once; what an examination found is never known here.
"""
