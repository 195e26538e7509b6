"""Users' data files to records of the core."""
