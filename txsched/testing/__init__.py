"""
Contracts, fakes and strategies: users test their own jobs and parts with them.
"""
