"""Engines that read a lake of bills: one small roll-up is asked of them, everything else happens here.

A lake is a place like a bucket is: `base` has the words all engines share, `dialects` writes the one question in
each engine's SQL, and a module per engine asks it.
"""
