/**
 * CLASP over Bluetooth LE, through BlueZ on D-Bus (transports.md 7). Both roles: as a central, for
 * clients ({@link dev.clasp.ble.BleScheme}) and for routers whose nodes are peripherals ({@link
 * dev.clasp.ble.BleNodes}); and as a peripheral, for routers ({@link dev.clasp.ble.BleListener}).
 *
 * <p>Values go by {@code WriteValue} and by signals. BlueZ would give sockets too ({@code
 * AcquireWrite}, {@code AcquireNotify}), but the JDK cannot receive file descriptors over a Unix
 * socket (JEP 380), and so neither can the D-Bus library on it.
 *
 * <p>Threads: the D-Bus library calls us on threads of its own, one for signals and one for calls
 * of BlueZ; nothing waits there. Whatever waits for BlueZ runs on threads named {@code
 * clasp-ble-...}. What a link does is on its event loop, as everywhere.
 */
@NullMarked
package dev.clasp.ble;

import org.jspecify.annotations.NullMarked;
