"""What users define: computations, assets, source assets, resources and IO managers."""
