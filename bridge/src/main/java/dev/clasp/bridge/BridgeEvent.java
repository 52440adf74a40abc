package dev.clasp.bridge;

/** What happens to the bridges of a host. Told in order, on a thread that may wait. */
public sealed interface BridgeEvent {

  /** Name of the bridge. */
  String name();

  /** It has another state. */
  record StateChanged(String name, BridgeState from, BridgeState to, String detail)
      implements BridgeEvent {}

  /**
   * Something went wrong. At most one a second for each bridge.
   *
   * @param more how many others there were since the last one
   */
  record Problem(String name, String what, long more) implements BridgeEvent {}

  /** It is new, or is now defined in another way. */
  record Defined(String name, BridgeDefinition definition) implements BridgeEvent {}

  /** It is gone. */
  record Removed(String name) implements BridgeEvent {}
}
