"""What is in a dataset: its configs, splits and rows, as the `datasets` library reads them."""
