"""
Inspections: what an auditor draws, finds and replays. It has no tables: its papers are events of the audit chain, which nobody edits.

Always true here:
- nothing is decided or changed about a matter; everything asked for lies in the auditor's part of the tree, and asking is on record;
- a sample can be drawn again by anybody who has its seed; a remark is sealed.
"""
