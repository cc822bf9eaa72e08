"""Config: what may be given to a run, as schemas, and how what is given is checked and completed."""
