"""Pages of contests: the call and the result for everybody, the vote, entering, running one, and the jury's sheet."""
