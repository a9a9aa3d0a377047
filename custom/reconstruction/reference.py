"""The parts of run `reference` that read no file: settings, records, region means and results."""
