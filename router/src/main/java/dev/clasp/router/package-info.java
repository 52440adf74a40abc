/**
 * The router: sessions, subscriptions, parameters, fan-out. Transport-agnostic; plugs in {@link
 * dev.clasp.router.spi}.
 *
 * <p><b>Threads and locks.</b> Each connection belongs to one {@link dev.clasp.router.Lane} (one
 * event loop) and everything about it happens there. What lanes share is guarded by the locks of
 * the address stripes and by the monitor of the subscription index, taken in this order: stripes by
 * ascending number, then the index. The monitors of the timelines and of the announced signals come
 * last: whoever holds one takes nothing else. Under a stripe lock a lane may append to session
 * batches and inboxes and may hand a full batch to a connection; it never waits. See {@link
 * dev.clasp.router.Lane} for the ordering rule.
 */
@NullMarked
package dev.clasp.router;

import org.jspecify.annotations.NullMarked;
