"""The hub is killed, and looked over after."""
