package dev.clasp.bridgemqtt;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A connection to a broker that comes back by itself, whatever the version of MQTT. */
interface Broker {

  /** What happens there. Called on the threads of the MQTT library. */
  interface Listener {
    void message(Letter letter);

    /**
     * @param sessionPresent the broker remembers the subscriptions
     */
    void connected(boolean sessionPresent);

    void disconnected(String why);
  }

  /** Connects, and again whenever the connection is lost; returns at once. */
  void start(Listener listener);

  /** Subscribes for this connection; done when the broker has agreed. */
  CompletableFuture<Void> subscribe(List<TopicSubscription> subscriptions);

  /** Takes back subscriptions. */
  CompletableFuture<Void> unsubscribe(List<String> filters);

  /**
   * Publishes.
   *
   * @return done when the message is on its way (QoS 0) or acknowledged
   */
  CompletableFuture<Void> publish(Letter letter);

  /** Does the broker send back what is published here? Not in MQTT 5 (No Local). */
  boolean echoes();

  /** From now on it does not connect; a connection that is being made ends at once. */
  void stopConnecting();

  /** Says goodbye and ends. */
  CompletableFuture<Void> close();
}
