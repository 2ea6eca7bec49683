"""Training the scene network: its sets, its teachers, its views."""
