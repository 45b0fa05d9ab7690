"""
The contract of each role, as mixins for test cases.
"""
