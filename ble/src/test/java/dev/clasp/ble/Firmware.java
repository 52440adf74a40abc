package dev.clasp.ble;

/** What is inside a device: how it behaves. Called on threads of D-Bus. */
interface Firmware {

  /** Does nothing. */
  Firmware NONE = (_, _) -> {};

  default void connected(MockDevice device) {}

  /** Before the subscriber has its answer, as it happens with real ones. */
  default void subscribed(MockDevice device) {}

  void written(MockDevice device, byte[] value);

  default void disconnected(MockDevice device) {}
}
