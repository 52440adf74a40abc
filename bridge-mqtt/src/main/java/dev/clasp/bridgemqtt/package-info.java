/**
 * MQTT topics as addresses and back: a client of a broker on one side, of a router on the other
 * (bridges.md 8).
 */
@NullMarked
package dev.clasp.bridgemqtt;

import org.jspecify.annotations.NullMarked;
