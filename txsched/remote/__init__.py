"""
Remote faces of one ``IScheduler``, and what they share.
"""
