package dev.clasp.router;

/**
 * Something that a session is shown of what happened before, as fast as its connection takes it.
 * Lane thread only.
 */
interface CatchUp {

  /** Sends the next parts; true when all is sent. */
  boolean advance(Session session);
}
