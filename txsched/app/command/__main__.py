"""
``python -m txsched.app.command`` is ``txsched``.
"""

from . import main

main()
