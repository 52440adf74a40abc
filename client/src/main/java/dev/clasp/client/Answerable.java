package dev.clasp.client;

/** What an answer of the router may belong to. */
sealed interface Answerable permits Request, SubscriptionHandle {

  /** Loop. Place among what was sent on this connection, from 1; 0 = not sent on it. */
  long sequence();
}
