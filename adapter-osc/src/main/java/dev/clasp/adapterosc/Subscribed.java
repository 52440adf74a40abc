package dev.clasp.adapterosc;

import java.util.OptionalInt;

/**
 * What a session has subscribed to.
 *
 * @param id with which the router knows it
 * @param atNanos when it was asked for last
 */
record Subscribed(int id, OscNamespace.Wanted wanted, OptionalInt maxRate, long atNanos) {}
