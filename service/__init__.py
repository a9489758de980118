"""The microservice: takes inquiries in, understands them, lays them on desks. Imports model, never training."""
