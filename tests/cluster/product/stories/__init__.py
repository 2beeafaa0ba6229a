"""The parts of the tour, one file each."""
