"""Messages: what waits for somebody, told in their inbox first and over the channels they chose.

Always true here:
- a message says how many, which number and by when, never who: names, phones, amounts and illness have no place in a text;
- one occasion tells one person once, however often it is read or however many workers read it;
- what a colleague has done meanwhile counts as read, and what has not gone out of it stays here;
- only an address that its owner confirmed gets anything but the code that confirms it; it lies sealed and is shown masked;
- what goes out is due, not asleep in quiet hours, still wanted, and claimed by one worker at a time; every try is on record;
- the inbox cannot be switched off, and nobody reads another's.
"""
