"""The flights that left New York in 2013, a partition for each day."""
