"""What holds of the project as a whole, whatever it does."""
