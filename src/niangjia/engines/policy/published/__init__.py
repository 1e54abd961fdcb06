"""A programme as a page that a worker reads: who, how much, what to bring, how long, by which clause; in Chinese and English.

Always true here:
- every sentence and number comes from the pack and its dated parameters; nothing is copied by hand;
- what depends on the reader stays a blank, what the local union has not set yet is named as such: neither becomes a zero;
- a worked example is decided when it is shown.
"""

from niangjia.engines.policy.published.described import Bring, Description, Language, describe
from niangjia.engines.policy.published.wording import Question, Topic, Wording, load_wording
from niangjia.engines.policy.published.worked import Example, worked_example

__all__ = [
    "Bring",
    "Description",
    "Example",
    "Language",
    "Question",
    "Topic",
    "Wording",
    "describe",
    "load_wording",
    "worked_example",
]
