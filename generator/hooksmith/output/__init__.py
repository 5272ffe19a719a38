"""Files of a package on disk: written, compared, and swapped in as a whole."""
