"""Pictures of the documentation's pages, drawn from the code that they show."""
