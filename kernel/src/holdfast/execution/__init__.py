"""Running a plan: the frontier, the run loop, the step runner, and what a process needs for them."""
