"""Two datasets or two folders compared: attributes, records and values; a build with its twins."""
