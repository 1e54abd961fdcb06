"""Files: photos and papers that belong to a matter of another room, sealed on the disk.

Always true here:
- what is kept of a photo are its pixels, written anew: upright, of a sensible size, without the place, time and device it carried;
- a paper is a whole PDF that runs nothing; a recording (for rooms that ask for one) is a whole container without place and device; everything else is turned away with a sentence that says what to do;
- the row is the truth: no row stands without its file, and a file without a row is found by `verify` and swept away;
- the content lies sealed for its own row: copied to another name, or altered, it does not open;
- this room knows its owners by kind and number alone: who may see a file is asked by the room of its owner, who saw it is on record here.
"""
