"""Large files on their way through intake, in the background."""
