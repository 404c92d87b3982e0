"""The compiled statements on analytical engines, over an exported folder of Parquet files.

docs/engines.md
"""
