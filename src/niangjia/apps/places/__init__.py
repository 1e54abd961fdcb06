"""Places: service stations, recuperation bases, venues, bookhouses, workstations, roofs — anything a union keeps that stands somewhere.

Always true here:
- what a kind of place is, has and is measured by stands in ``programs/vocabulary/places.yaml``: no kind is named in this code;
- a place is listed by somebody of the union that keeps it or above, and every change of its standing stays as an event;
- only a listed place that is public is shown to everybody, and never one that belongs to a household;
- an agreement between two unions binds neither before both have said yes;
- a measure is a figure of one place and month with its source; a corrected one keeps what it was before.
"""
