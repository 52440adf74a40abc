package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;

/** A host that remembers, with the namespace of a bridge, in real time. */
final class WsContext extends FakeContext {

  WsContext(TypeProfile profile) {
    this.profile = profile;
  }

  @Override
  public String namespace() {
    return "/ws";
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
