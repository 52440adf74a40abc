package dev.clasp.router;

import org.jspecify.annotations.Nullable;

/**
 * One message on its way, detached from the buffer it was routed in: for another lane, or for a
 * session that cannot take it now. Immutable and shared by all its receivers.
 *
 * @param frame one bare frame
 * @param address what a SET or PUBLISH is about: the key of conflation of {@link
 *     DeliveryClass#STATE}, and of thinning; null for other messages, and then nothing is thinned
 */
record Delivery(byte[] frame, DeliveryClass kind, @Nullable Address address) {}
