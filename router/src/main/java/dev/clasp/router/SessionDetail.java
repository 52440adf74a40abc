package dev.clasp.router;

import dev.clasp.security.Identity;
import java.util.List;
import java.util.Optional;

/**
 * What an administrator sees who asks for one session.
 *
 * @param subscriptions some of them, see {@link Administration#MAX_SUBSCRIPTIONS}
 * @param locks how many locks it holds
 * @param locked addresses of some of them, see {@link Administration#MAX_LOCKS}
 * @param gestures in progress
 * @param scheduledBundles that wait for their time
 * @param lastError that it was sent, if it was sent one
 */
public record SessionDetail(
    SessionStatus status,
    Identity identity,
    List<SubscriptionStatus> subscriptions,
    int locks,
    List<String> locked,
    int gestures,
    int scheduledBundles,
    Optional<SessionError> lastError) {

  public SessionDetail {
    subscriptions = List.copyOf(subscriptions);
    locked = List.copyOf(locked);
  }
}
