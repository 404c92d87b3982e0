"""The store itself: writer, engines, migrations."""
