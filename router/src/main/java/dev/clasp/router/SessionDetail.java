package dev.clasp.router;

import dev.clasp.security.Identity;
import java.util.List;

/**
 * What an administrator sees who asks for one session.
 *
 * @param subscriptions some of them, see {@link Administration#MAX_SUBSCRIPTIONS}
 * @param gestures in progress
 * @param scheduledBundles that wait for their time
 */
public record SessionDetail(
    SessionStatus status,
    Identity identity,
    List<SubscriptionStatus> subscriptions,
    int locks,
    int gestures,
    int scheduledBundles) {

  public SessionDetail {
    subscriptions = List.copyOf(subscriptions);
  }
}
