package dev.clasp.router;

import org.jspecify.annotations.Nullable;

/**
 * One message on its way, detached from the buffer it was routed in: for another lane, or for a
 * session that cannot take it now. Immutable and shared by all its receivers.
 *
 * @param frame one bare frame
 * @param address set for {@link DeliveryClass#STATE}, the key of conflation
 */
record Delivery(byte[] frame, DeliveryClass kind, @Nullable Address address) {}
