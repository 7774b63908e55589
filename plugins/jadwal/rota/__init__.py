"""A rota of a unit: asked for, made, looked at, changed by hand, published, withdrawn."""
