"""The generated clients against a server that behaves as WorkOS, MATTR and Socotra document."""
