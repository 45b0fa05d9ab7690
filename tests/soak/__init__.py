"""
A service that works for long does not grow.
"""
