"""What `loket` can do, a file for each thing. Only here and in cli.py may service import training."""
