"""Programs: packs installed and pinned, the parameters a deployment fills in, and every decision made with them.

Always true here:
- an installed pack never changes: its text is kept under its content hash, another text is another version;
- a parameter value counts only after a second person approved it, and says where it comes from;
- a decision never changes and carries all that is needed to make it again: text, facts, parameters, day and area;
- nothing is decided while a parameter or standard is missing: the refusal names it, the area and the day.
"""
