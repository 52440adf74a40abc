/**
 * Tests of CLASP over Bluetooth LE: a D-Bus of its own, on it a BlueZ that is made up, and behind
 * that devices of which each test says how they behave.
 */
@NullMarked
package dev.clasp.ble;

import org.jspecify.annotations.NullMarked;
