package dev.clasp.router;

/**
 * Something that a session is shown of what happened before, in pieces, as fast as its connection
 * takes them and with everybody else's turn in between. Lane thread only.
 */
interface CatchUp {

  /**
   * Sends the next piece: not much, so that what others send does not wait long. True when all is
   * sent.
   */
  boolean advance(Session session);
}
