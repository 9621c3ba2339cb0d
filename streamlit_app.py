"""The entry: page setup, the gate, navigation. Nothing else."""

from ui import app

app.run()
