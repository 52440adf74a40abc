package dev.clasp.client;

/**
 * A parameter that a subscription covers.
 *
 * @param delivered when its current value went to every subscription that existed then, on the
 *     client's count of signals
 */
record Known(Parameter parameter, long delivered) {}
