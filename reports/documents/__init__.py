"""A card as a file: .json, .xlsx, .hwpx and .pdf, renderings of one card document that know nothing else."""
