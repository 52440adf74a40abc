package dev.clasp.bridgemqtt;

import java.util.concurrent.CompletableFuture;

/** A connection to a broker that comes back by itself, whatever the version of MQTT. */
interface Broker {

  /** What happens there. Called on the threads of the MQTT library. */
  interface Listener {
    void message(String topic, byte[] payload);

    void connected();

    void disconnected(String why);
  }

  /** Connects, and again whenever the connection is lost; returns at once. */
  void start(Listener listener);

  /** Subscribes to the topic filters; the library subscribes again after a reconnect. */
  CompletableFuture<Void> subscribe();

  /**
   * Publishes.
   *
   * @return done when the message is on its way (QoS 0) or acknowledged
   */
  CompletableFuture<Void> publish(String topic, byte[] payload, boolean retain);

  /** Does the broker send back what is published here? Not in MQTT 5 (No Local). */
  boolean echoes();

  /** Says goodbye and ends. */
  CompletableFuture<Void> close();
}
