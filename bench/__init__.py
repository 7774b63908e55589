"""Load and scale benchmarks: every figure beside its ceiling, both measured in one run on one machine."""
