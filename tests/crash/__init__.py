"""
Several nodes on one store, killed, stopped and cut off from it, under load.
"""
