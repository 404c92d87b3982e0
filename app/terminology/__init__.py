"""Code tables, both ways: words of the contract, laboratory tests, units and adverse-event terms.

Every table is a CSV with a reference per row; sources and licences are named in NOTICE.md.
"""
