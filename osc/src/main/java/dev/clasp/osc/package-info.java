/**
 * Open Sound Control 1.0 and 1.1 as bytes: packets, arguments, patterns, time tags and framing
 * (bridges.md 3; Wright, "The Open Sound Control 1.0 Specification"; Freed and Schmeder, "Features
 * and Future of Open Sound Control version 1.1", NIME 2009).
 */
@NullMarked
package dev.clasp.osc;

import org.jspecify.annotations.NullMarked;
