"""Code tables that an operator has loaded: loading, and finding by code and by term."""
