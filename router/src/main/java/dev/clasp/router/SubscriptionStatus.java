package dev.clasp.router;

import dev.clasp.protocol.Message.SubscribeOptions;

/**
 * What an administrator sees of a subscription.
 *
 * @param session id of its session
 * @param id chosen by the client, unsigned
 * @param typeMask bits of the signal types that it wants (wire.md 5.5)
 */
public record SubscriptionStatus(
    String session, int id, String pattern, int typeMask, SubscribeOptions options) {}
