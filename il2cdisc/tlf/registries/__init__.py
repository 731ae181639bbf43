"""Files that trial registries take, written from the results: they compute nothing, as displays do."""
