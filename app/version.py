"""The version of the service and the day it was made."""

VERSION = "0.1.0"
RELEASED = "2026-11-22"
