"""Endpoints: definitions as data, compiled to SQL, estimated with numpy."""
