package dev.clasp.discovery;

/** What happens while one looks for devices. */
public sealed interface DiscoveryEvent {

  /** A device that was not there before. */
  record Found(Device device) implements DiscoveryEvent {}

  /** A known device has changed: name, features, endpoints or where it was found. */
  record Updated(Device device) implements DiscoveryEvent {}

  /**
   * A device has said goodbye, or has not been heard of for too long.
   *
   * @param id as in {@link Found}
   */
  record Lost(String id) implements DiscoveryEvent {}

  /**
   * A mechanism does not work; the others go on.
   *
   * @param message what is wrong and what to do, for the user
   */
  record Failed(Mechanism mechanism, String message) implements DiscoveryEvent {}
}
