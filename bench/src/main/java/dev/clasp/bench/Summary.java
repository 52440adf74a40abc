package dev.clasp.bench;

/** One figure over all runs of a case against one side. */
public record Summary(
    String scenario,
    String variant,
    String side,
    String figure,
    Unit unit,
    Better better,
    Spread spread) {}
