"""Matters: applications, reports and proposals that are packs only. Their form and their stages are data; nothing here knows one programme.

Always true here:
- a matter moves only as the pack that it pinned names it, or as `room.yaml` lets every matter move;
- from one step there is one move: who comes second is told what changed, and nothing of theirs is lost;
- what was answered, handed over and moved is added, never edited: the last answer counts, the earlier ones stay;
- where a stage asks for a second person, two officers have agreed before it goes on, and neither of them is who applied or lives with them;
- a matter has at most one standing decision; money is set aside for a granted one only.
"""
