/**
 * MQTT clients as sessions of the router (bridges.md 12): MQTT 3.1, 3.1.1 and 5.0.
 *
 * <p><b>Threads.</b> Everything about a client happens on one event loop, which is the lane of its
 * session: bytes become packets, packets become frames, frames of the router become packets, and
 * nothing is handed over. What clients share ({@link Sessions}, {@link Originals}, {@link
 * SharedGroups}, counters) is thread-safe without waiting.
 *
 * <p>{@code Connection.write} may be called under a lock of the router. So nothing that it leads to
 * calls the router; what has to, does so in a task of its own.
 */
@NullMarked
package dev.clasp.adaptermqtt;

import org.jspecify.annotations.NullMarked;
