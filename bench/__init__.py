"""Measures the product from outside: over its real wires, beside the limit of the stack it stands on."""
