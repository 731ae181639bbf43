"""One module for each file format of displays."""
