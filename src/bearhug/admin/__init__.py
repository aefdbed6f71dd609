"""What the operator needs: is it well, what does it hold, what is it doing."""
