package dev.clasp.router;

import dev.clasp.protocol.AddressPattern;

/** A conflict strategy for all addresses that match. */
public record ParameterRule(AddressPattern pattern, ConflictStrategy strategy) {}
