package dev.clasp.bench;

/**
 * A figure of the target divided by that of another side. Each run gives one ratio, of two
 * measurements made right after each other; the spread is that of these ratios.
 *
 * @param to the side it is compared to
 */
public record Ratio(
    String scenario, String variant, String to, String figure, Better better, Spread spread) {}
