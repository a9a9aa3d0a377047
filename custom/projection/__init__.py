"""From activity to expected counts and back."""
