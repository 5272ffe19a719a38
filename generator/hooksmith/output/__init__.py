"""The files of a package on disk: written, compared, and exchanged as a whole."""
