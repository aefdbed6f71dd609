"""The program that reads strangers' data with the `datasets` library, and how it is asked."""
