"""Volunteers: who needs somebody, who helps, and the way of both together — model workers for mountain counties, seekers for vacancies.

Always true here:
- what a kind of helping asks and through which stages it goes stands in ``programs/vocabulary/helping.yaml``: no kind is named in this code;
- stages follow one another, none is skipped, and none is closed without what it needs; a need ends only with its evaluation, or is withdrawn;
- a pair holds when both sides said yes, two people and never one for both; nobody helps at more places at once than they said;
- hours, visits and beneficiaries are counted from the log, never typed as a sum.
"""
