"""The part of FHIRPath that ViewDefinitions are written in: tokens, tree, evaluation."""
