package dev.clasp.transport;

/** Makes a listener for a router that is about to start. */
@FunctionalInterface
public interface ListenerFactory {

  /**
   * Makes one; it is not started yet.
   *
   * @param lobby of the router: who may come in, and who listens to them
   * @param loops of the router
   * @throws TransportException it cannot be made, with a sentence for the user
   */
  Listener create(Lobby lobby, EventLoops loops);
}
