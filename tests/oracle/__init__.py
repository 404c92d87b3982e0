"""A slow, plain reading of a study definition over one subject's events: what every engine must agree with.

Written from the trial's conventions and the definition language; it shares no code with the compiler.
"""
