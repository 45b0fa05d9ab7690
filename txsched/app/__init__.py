"""
The shell around the scheduler: configuration, service, twistd plugin and command.
"""
