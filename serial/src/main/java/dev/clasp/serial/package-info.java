/**
 * Serial lines as a transport (transports.md 6): one device at the end of a wire is one client of
 * the router, or the router is the device at the end of a client's wire.
 *
 * <p>Threads: one reads each port and waits there; the writer of each link waits for the device;
 * everything else is on the link's event loop.
 */
@NullMarked
package dev.clasp.serial;

import org.jspecify.annotations.NullMarked;
